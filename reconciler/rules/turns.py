"""Which rules a project turned, under `safety: {rules: {NAME: LEVEL}}`.

In: names and levels of a Project document. Out: the level each rule has in that project. A document may make
a rule stricter, and what is only said louder or silent; it can never make one give way that stops a run:
consent is given with a run, and no file holds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from reconciler.errors import Diagnostic
from reconciler.rules.ledger import RULES, rule_of_code
from reconciler.rules.rule import Level, Rule, severity_of

_SAID = (Level.ERROR, Level.WARNING, Level.NOTE, Level.SILENT)
CHOICES: Mapping[Level, tuple[Level, ...]] = MappingProxyType(
    {
        Level.FIRM: (Level.FIRM,),
        Level.CONSENT: (Level.FIRM,),
        Level.LIMIT: (Level.FIRM,),
        Level.ERROR: (Level.ERROR,),
        Level.REFUSED: (Level.ERROR,),
        Level.WARNING: _SAID,
        Level.NOTE: _SAID,
    }
)
"""What a document may say of a rule of each level."""


@dataclass(frozen=True, slots=True)
class Turns:
    """Levels by the name of the rule, where they are not those of the rules themselves."""

    levels: Mapping[str, Level] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Whoever says so, a document, a program or a saved plan: ValueError for what makes a rule weaker."""
        for name, level in self.levels.items():
            if name not in RULES or level not in CHOICES[RULES[name].level]:
                raise ValueError(f"the rule {name!r} cannot be {level.value!r}")

    def level(self, rule: Rule) -> Level:
        """What the rule is in this project."""
        return self.levels.get(rule.name, rule.level)

    @property
    def firm(self) -> frozenset[str]:
        """Names of rules that nothing makes give way here."""
        return frozenset(name for name, level in self.levels.items() if level is Level.FIRM)

    def says(self, found: Diagnostic) -> Level | None:
        """How loud a finding is here; None for one without a rule, and of a guard, which no level changes."""
        rule = rule_of_code(found.code)
        if rule is None or rule.level in (Level.FIRM, Level.CONSENT, Level.LIMIT):
            return None
        return self.level(rule)

    def is_silent(self, found: Diagnostic) -> bool:
        """Whether it is not said here."""
        return self.says(found) is Level.SILENT

    def levelled(self, found: Diagnostic) -> Diagnostic:
        """The finding, as loud as it is here."""
        level = self.says(found)
        return found if level is None else replace(found, severity=severity_of(level))


AS_THEY_ARE = Turns()
"""No project said anything."""
