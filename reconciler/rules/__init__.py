"""The rules by name: what each is called and how far it gives way, and what a person allows of it.

`rule` first, then `stops` (the table of R1xx); how a rule is judged stands with each guard.
"""

from reconciler.rules.allowance import BEYOND_LIMITS, Allowance, Grant, grant_of
from reconciler.rules.check import Check, said
from reconciler.rules.ledger import RULES, rule_of_code
from reconciler.rules.rule import Level, Rule
from reconciler.rules.stops import (
    BACKGROUND,
    CASCADE,
    CHANGE_PERCENT,
    CROSSING,
    DATA_LOSS,
    DELETES,
    EMPTY,
    ERRORS,
    HISTORY_LOSS,
    IN_USE,
    OVERWRITES,
    PROTECTED,
    PRUNE_ALL,
    REBUILT,
    RESTORED,
)
from reconciler.rules.turns import AS_THEY_ARE, CHOICES, Turns

__all__ = [
    "AS_THEY_ARE",
    "BACKGROUND",
    "BEYOND_LIMITS",
    "CASCADE",
    "CHANGE_PERCENT",
    "CHOICES",
    "CROSSING",
    "DATA_LOSS",
    "DELETES",
    "EMPTY",
    "ERRORS",
    "HISTORY_LOSS",
    "IN_USE",
    "OVERWRITES",
    "PROTECTED",
    "PRUNE_ALL",
    "REBUILT",
    "RESTORED",
    "RULES",
    "Allowance",
    "Check",
    "Grant",
    "Level",
    "Rule",
    "Turns",
    "grant_of",
    "rule_of_code",
    "said",
]
