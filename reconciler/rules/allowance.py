"""What a person allows of the rules for one run.

In: the words of `--allow`. Out: an Allowance that says which rules give way, and how far. Consent has one
door: `--allow CODE[=N]`, with the code or the name of a rule, given with the run that needs it. No file holds
one.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection
from dataclasses import dataclass

from reconciler.rules.ledger import RULES
from reconciler.rules.rule import Level, Rule
from reconciler.rules.stops import CHANGE_PERCENT, DELETES, OVERWRITES, PRUNE_ALL


@dataclass(frozen=True, slots=True)
class Grant:
    """One `--allow`: a rule, and up to which number; None is any."""

    rule: str
    number: int | None = None

    def __str__(self) -> str:
        return self.rule if self.number is None else f"{self.rule}={self.number}"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a person allowed for one run."""

    grants: tuple[Grant, ...] = ()

    @classmethod
    def of(cls, *rules: Rule) -> Allowance:
        """These rules, in any number."""
        return cls(tuple(Grant(rule.name) for rule in rules))

    def covers(self, rule: Rule) -> bool:
        """Whether the rule gives way, whatever the number; a firm one never does."""
        return bool(rule.consent) and Grant(rule.name) in self.grants

    def limit(self, rule: Rule, ordinary: int | None) -> int | None:
        """Up to which number the rule lets pass; None is any."""
        if ordinary is None or self.covers(rule):
            return None
        return max(ordinary, *(grant.number or 0 for grant in self.grants if grant.rule == rule.name), 0)

    def plus(self, other: Allowance) -> Allowance:
        """Both together."""
        return Allowance((*self.grants, *other.grants))

    def without(self, names: Collection[str]) -> Allowance:
        """What is left of it where rules of these names give way to nobody."""
        return Allowance(tuple(grant for grant in self.grants if grant.rule not in names))


BEYOND_LIMITS = Allowance.of(DELETES, OVERWRITES, CHANGE_PERCENT, PRUNE_ALL)
"""What `--force` stands for."""


def grant_of(text: str) -> Grant:
    """What `--allow` says; ValueError says what is wrong with it."""
    word, equals, number = text.strip().partition("=")
    rule = RULES.get(word) or next((rule for rule in RULES.values() if rule.code == word.upper()), None)
    allowed = [rule.name for rule in RULES.values() if rule.consent]
    if rule is None:
        near = difflib.get_close_matches(word, allowed, n=1) or difflib.get_close_matches(word, RULES, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(allowed)}"
        raise ValueError(f"there is no rule {word!r}; {hint}")
    if not rule.consent:
        raise ValueError(f"{rule.code} {rule.name} ({rule.summary}) cannot be allowed")
    if not equals:
        return Grant(rule.name)
    if rule.level is not Level.LIMIT:
        raise ValueError(f"{rule.name} takes no number: --allow {rule.name}")
    if not (number.isascii() and number.isdecimal()):
        raise ValueError(f"{number!r} is not a number: --allow {rule.name}=12")
    return Grant(rule.name, int(number))
