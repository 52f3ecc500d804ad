"""The levels a Project document may give to rules, as a part of the language.

In: the table of rules. Out: a model with one key for each rule. It must not offer what would make a rule that
stops a run give way: consent is given with a run.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, create_model

from reconciler.manifest.language.shapes.part import Part
from reconciler.rules import CHOICES, RULES, Rule


def _key(rule: Rule) -> Any:
    words = tuple(level.value for level in CHOICES[rule.level])
    described = f"{rule.code} ({rule.level.value}): {rule.summary}"
    return (Literal[words], Field(default=rule.level.value, alias=rule.name, description=described))


class _Levels(Part):
    """Levels of rules by name; what is left out is as `reconciler rules` lists it."""


RuleLevels: type[Part] = create_model(
    "RuleLevels",
    __base__=_Levels,
    __doc__=_Levels.__doc__,
    **{rule.code: _key(rule) for rule in RULES.values()},
)
