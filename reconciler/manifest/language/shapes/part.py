"""What every mapping of the language is made of.

In: plain values. Out: pydantic's verdict. Nothing here knows any field.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

_OPEN = "${{"


class Part(BaseModel):
    """Any mapping of the language: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", strict=True, protected_namespaces=(), defer_build=True)
    whose: ClassVar[str] = ""
    """Why a mapping has the keys it has, where that depends on something else; for error messages."""
    missing: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """What to type for a key that is missing."""

    @model_validator(mode="before")
    @classmethod
    def _note(cls, data: Any, info: ValidationInfo) -> Any:
        """Tell the error messages which keys this mapping could have had."""
        if isinstance(info.context, dict):
            info.context[id(data)] = cls
        return data


def is_expression(value: Any) -> str:
    """The branch of a value that may be an expression instead."""
    return "<expression>" if isinstance(value, str) and _OPEN in value else "<value>"


Expression = Annotated[str, Field(pattern=r"\$\{\{", description="An expression that gives the value")]
OrExpression = Annotated[Expression, Tag("<expression>")]
Either = Discriminator(is_expression)
"""A value, or an expression that gives one: `Annotated[<type, tagged> | OrExpression, Either]`."""

Truth = Annotated[Annotated[bool, Tag("<value>")] | OrExpression, Either]
Number = Annotated[Annotated[float, Tag("<value>")] | OrExpression, Either]
Integer = Annotated[Annotated[int, Tag("<value>")] | OrExpression, Either]
Texts = Annotated[Annotated[list[str], Tag("<value>")] | OrExpression, Either]
AnyJson = Annotated[Annotated[dict[str, Any], Tag("<value>")] | OrExpression, Either]
Effort = Annotated[
    Annotated[Literal["none", "minimal", "low", "medium", "high", "xhigh"], Tag("<value>")] | OrExpression,
    Either,
]


def one_of(value: Any, known: tuple[str, ...]) -> Any:
    """An expression as it is; of anything else an error which names what is known."""
    if is_expression(value) == "<expression>":
        return value
    raise PydanticCustomError("literal_error", "one of them", {"expected": ", ".join(map(repr, known))})


def chosen(value: Any, key: str, known: tuple[str, ...]) -> str:
    """The branch of a mapping that one of its keys names; `<any>` where it names none."""
    said = value.get(key) if isinstance(value, dict) else None
    return f"<{said}>" if isinstance(said, str) and said in known else "<any>"
