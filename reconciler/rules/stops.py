"""The rules that stop a run, R1xx: their codes, their names, and what makes them give way.

In: nothing. Out: the table. It must not know how a rule is judged: guards do that.
"""

from __future__ import annotations

from reconciler.rules.rule import Level, Rule

ERRORS = Rule("R101", "errors", Level.FIRM, "a plan with errors")
PROTECTED = Rule("R102", "protected", Level.FIRM, "the end of what says `protect: true`")
DATA_LOSS = Rule(
    "R103",
    "data-loss",
    Level.CONSENT,
    "the end of an agent that has messages or archival passages; they are saved to a file first",
)
CASCADE = Rule("R104", "cascade", Level.FIRM, "deletes that make the server delete more than was planned")
IN_USE = Rule(
    "R105",
    "in-use",
    Level.FIRM,
    "the end of what hangs on an agent that stays, is in a group of others or manages one that stays",
)
DELETES = Rule(
    "R106",
    "deletes",
    Level.LIMIT,
    "safety.max_deletes: users' sets, agents of sets that stay, and shared resources that end, each apart",
)
OVERWRITES = Rule(
    "R107",
    "overwrites",
    Level.LIMIT,
    "safety.max_overwrites: learned values that are written over, or end in a set and an agent that stay",
)
CHANGE_PERCENT = Rule(
    "R108",
    "change-percent",
    Level.LIMIT,
    "safety.max_change_percent, where it is set: the share of existing resources in the run that change",
)
PRUNE_ALL = Rule("R109", "prune-all", Level.CONSENT, "a prune of everything, or of all users")
HISTORY_LOSS = Rule(
    "R110",
    "history-loss",
    Level.CONSENT,
    "a write over a block value that cannot be stored in the history first",
)
EMPTY = Rule(
    "R111",
    "empty",
    Level.CONSENT,
    "a glob, or selectors together, that choose nothing; one that is written out is an error in any case",
)
CROSSING = Rule("R112", "crossing", Level.ERROR, "a declared edge from one user's resource to another user's")
BACKGROUND = Rule(
    "R114",
    "background-agent",
    Level.CONSENT,
    "the end of an agent for which the server made a background agent (`enable_sleeptime`): that one ends "
    "with it, and is saved to a file first",
)
REBUILT = Rule(
    "R115",
    "rebuilt",
    Level.CONSENT,
    "a prune or destroy in a set whose record was lost and made anew from marks, until an apply with --allow "
    "rebuilt",
)
RESTORED = Rule(
    "R116",
    "restored",
    Level.CONSENT,
    "an apply or destroy after the server was set back: the records of sets are behind what the state of "
    "this machine, or --expect-serial, remembers",
)

STOPS = (
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
"""In the order of their codes."""
