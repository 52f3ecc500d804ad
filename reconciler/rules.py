"""Every rule that may stop a run, in one table, and what a person allows of it.

In: nothing; and the words of `--allow`. Out: rules with a stable code, a name, a level and a message, and an
Allowance that says which of them give way. A code never changes its meaning and is never used again. It must
not know how a rule is judged: guards do that.

Consent has one door: `--allow CODE[=N]`, with the code or the name of a rule, given with the run that needs
it. No file holds one.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Level(Enum):
    """What makes a rule give way."""

    FIRM = "firm"
    """Nothing."""
    CONSENT = "consent"
    """`--allow NAME`."""
    LIMIT = "limit"
    """`--allow NAME=N` for up to N this time, `--allow NAME` for any number."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason not to go on."""

    code: str
    name: str
    level: Level
    summary: str
    """What the rule stops, or what its limit counts."""
    message: str
    """What is said, with the facts in braces."""

    def objection(self, **facts: object) -> str:
        """What is wrong, with the code of the rule."""
        return f"{self.code} {self.name}: {self.message.format(**facts)}"

    def say(self, **facts: object) -> str:
        """The objection and how to allow it where that is possible."""
        text = self.objection(**facts)
        match self.level:
            case Level.FIRM:
                return text
            case Level.CONSENT:
                return f"{text}; allow it with --allow {self.name}"
            case Level.LIMIT:
                return f"{text}; allow it with --allow {self.name}={facts['found']}"


ERRORS = Rule("R101", "errors", Level.FIRM, "a plan with errors", "the plan has errors (see above)")
PROTECTED = Rule(
    "R102",
    "protected",
    Level.FIRM,
    "the end of what says `protect: true`",
    "{address} is protected and would end; take protect: true off it first",
)
DATA_LOSS = Rule(
    "R103",
    "data-loss",
    Level.CONSENT,
    "the end of an agent that has messages or archival passages; they are saved to a file first",
    "{address} has {held} that would be lost",
)
CASCADE = Rule(
    "R104",
    "cascade",
    Level.FIRM,
    "deletes that make the server delete more than was planned",
    "{address} manages the sleeptime group {group}; deleting it would make the server delete that group and "
    "all its members",
)
IN_USE = Rule(
    "R105",
    "in-use",
    Level.FIRM,
    "the end of what hangs on an agent that stays, is in a group of others or manages one that stays",
    "{address} would be deleted but is still attached to {agent}",
)
DELETES = Rule(
    "R106",
    "deletes",
    Level.LIMIT,
    "safety.max_deletes: users' sets, agents of sets that stay, and shared resources that end, each apart",
    "it ends {found} {what}, the limit is {limit} (safety.max_deletes)",
)
OVERWRITES = Rule(
    "R107",
    "overwrites",
    Level.LIMIT,
    "safety.max_overwrites: learned values that are written over, or end in a set and an agent that stay",
    "it ends {found} learned values, the limit is {limit} (safety.max_overwrites)",
)
CHANGE_PERCENT = Rule(
    "R108",
    "change-percent",
    Level.LIMIT,
    "safety.max_change_percent, where it is set: the share of existing resources in the run that change",
    "it changes {changed} of {compared} resources ({percent:.2f} %), the limit is {limit} % "
    "(safety.max_change_percent)",
)
PRUNE_ALL = Rule(
    "R109",
    "prune-all",
    Level.CONSENT,
    "a prune of everything, or of all users",
    "it would prune {what}; if that is meant, reconciler destroy says so best",
)
HISTORY_LOSS = Rule(
    "R110",
    "history-loss",
    Level.CONSENT,
    "a write over a block value that cannot be stored in the history first",
    "the old value of {address} cannot be stored first",
)
EMPTY = Rule(
    "R111",
    "empty",
    Level.CONSENT,
    "a glob, or selectors together, that choose nothing; one that is written out is an error in any case",
    "{selectors} chooses nothing",
)
CROSSING = Rule(
    "R112",
    "crossing",
    Level.FIRM,
    "a declared edge from one user's resource to another user's",
    "refers to {needed}, which belongs to another user",
)

BACKGROUND = Rule(
    "R114",
    "background-agent",
    Level.CONSENT,
    "the end of an agent for which the server made a background agent (`enable_sleeptime`): that one ends "
    "with it, and is saved to a file first",
    "{address} takes along what the server made for it when somebody turned on enable_sleeptime; it belongs "
    "to the same user: {along}",
)
REBUILT = Rule(
    "R115",
    "rebuilt",
    Level.CONSENT,
    "a prune or destroy in a set whose record was lost and made anew from marks, until an apply with --allow "
    "rebuilt",
    "the record of {owner} was lost and made anew from the marks: what it protected is not known any more",
)
RESTORED = Rule(
    "R116",
    "restored",
    Level.CONSENT,
    "an apply or destroy after the server was set back: the records of sets are behind what the state of "
    "this machine, or --expect-serial, remembers",
    "the server was restored from an older backup: {sets}",
)

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.name: rule
        for rule in (
            ERRORS,
            PROTECTED,
            DATA_LOSS,
            CASCADE,
            IN_USE,
            DELETES,
            OVERWRITES,
            CHANGE_PERCENT,
            PRUNE_ALL,
            HISTORY_LOSS,
            EMPTY,
            CROSSING,
            BACKGROUND,
            REBUILT,
            RESTORED,
        )
    }
)
"""All of them by name, in the order of their codes."""


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
        """Whether the rule gives way, whatever the number."""
        return any(grant.rule == rule.name and grant.number is None for grant in self.grants)

    def limit(self, rule: Rule, ordinary: int | None) -> int | None:
        """Up to which number the rule lets pass; None is any."""
        if ordinary is None or self.covers(rule):
            return None
        return max(ordinary, *(grant.number or 0 for grant in self.grants if grant.rule == rule.name), 0)

    def plus(self, other: Allowance) -> Allowance:
        """Both together."""
        return Allowance((*self.grants, *other.grants))


BEYOND_LIMITS = Allowance.of(DELETES, OVERWRITES, CHANGE_PERCENT, PRUNE_ALL)
"""What `--force` stands for."""


def grant_of(text: str) -> Grant:
    """What `--allow` says; ValueError says what is wrong with it."""
    word, equals, number = text.strip().partition("=")
    rule = RULES.get(word) or next((rule for rule in RULES.values() if rule.code == word.upper()), None)
    if rule is None:
        near = difflib.get_close_matches(word, RULES, n=1)
        known = ", ".join(rule.name for rule in RULES.values() if rule.level is not Level.FIRM)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {known}"
        raise ValueError(f"there is no rule {word!r}; {hint}")
    if rule.level is Level.FIRM:
        raise ValueError(f"{rule.code} {rule.name} ({rule.summary}) cannot be allowed")
    if not equals:
        return Grant(rule.name)
    if rule.level is not Level.LIMIT:
        raise ValueError(f"{rule.name} takes no number: --allow {rule.name}")
    if not (number.isascii() and number.isdecimal()):
        raise ValueError(f"{number!r} is not a number: --allow {rule.name}=12")
    return Grant(rule.name, int(number))
