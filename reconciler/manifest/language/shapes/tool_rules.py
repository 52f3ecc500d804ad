"""Rules about the tools of an agent, by type.

The server takes a rule whose tool it does not know, and refuses one with a key too many.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from reconciler.manifest.language.shapes.part import (
    AnyJson,
    Either,
    Expression,
    Integer,
    OrExpression,
    Part,
    Texts,
    Truth,
    chosen,
    one_of,
)

RULES = (
    "run_first",
    "exit_loop",
    "continue_loop",
    "conditional",
    "constrain_child_tools",
    "max_count_per_step",
    "parent_last_tool",
    "required_before_exit",
    "requires_approval",
)


_PLAIN = ("exit_loop", "continue_loop", "required_before_exit", "requires_approval")


def _rule(value: Any) -> str:
    branch = chosen(value, "type", RULES)
    return "<plain>" if branch.strip("<>") in _PLAIN else branch


class Rule(Part):
    """What every rule says."""

    tool_name: Annotated[str, Field(description="The tool it is about")]
    prompt_template: Annotated[str | None, Field(description="Kept by the server, and not used")] = None


class PlainRule(Rule):
    """`exit_loop` and `continue_loop` say what follows a tool, `required_before_exit` what has to be called
    before an answer ends, `requires_approval` that a person is asked."""

    type: Literal["exit_loop", "continue_loop", "required_before_exit", "requires_approval"]


class RunFirst(Rule):
    """The tool an answer begins with."""

    type: Literal["run_first"]
    args: Annotated[AnyJson | None, Field(description="Arguments that are filled in")] = None


class ChildArguments(Part):
    """Arguments of one of the tools that may come next."""

    name: str
    args: AnyJson | None = None


Nodes = Annotated[Annotated[list[ChildArguments], Tag("<value>")] | OrExpression, Either]


class ConstrainChildTools(Rule):
    """Only these tools may come next."""

    type: Literal["constrain_child_tools"]
    children: Texts
    child_arg_nodes: Nodes | None = None


class ParentLastTool(Rule):
    """These tools may only come right after it."""

    type: Literal["parent_last_tool"]
    children: Texts


Outputs = Annotated[
    Annotated[dict[str, str], Field(min_length=1), Tag("<value>")] | OrExpression,
    Either,
]


class Conditional(Rule):
    """Which tool comes next depends on what it gives."""

    type: Literal["conditional"]
    child_output_mapping: Annotated[Outputs, Field(description="What it gives, to the tool that follows")]
    default_child: str | None = None
    require_output_mapping: Truth = False


class MaxCountPerStep(Rule):
    """How often an answer may use it."""

    type: Literal["max_count_per_step"]
    max_count_limit: Integer


class AnyRule(Rule):
    """Whichever an expression says."""

    missing: ClassVar[Mapping[str, str]] = {"type": f"known: {', '.join(sorted(RULES))}"}
    type: Annotated[Expression, BeforeValidator(lambda value: one_of(value, RULES))]
    args: AnyJson | None = None
    children: Texts | None = None
    child_arg_nodes: Nodes | None = None
    child_output_mapping: Outputs | None = None
    default_child: str | None = None
    require_output_mapping: Truth | None = None
    max_count_limit: Integer | None = None


ToolRule = Annotated[
    Annotated[PlainRule, Tag("<plain>")]
    | Annotated[RunFirst, Tag("<run_first>")]
    | Annotated[ConstrainChildTools, Tag("<constrain_child_tools>")]
    | Annotated[ParentLastTool, Tag("<parent_last_tool>")]
    | Annotated[Conditional, Tag("<conditional>")]
    | Annotated[MaxCountPerStep, Tag("<max_count_per_step>")]
    | Annotated[AnyRule, Tag("<any>")],
    Discriminator(_rule),
]
