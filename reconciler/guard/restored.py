"""R116 `restored`: the records of sets are behind what was seen of them, as the server was set back.

In: what is live. Out: one objection for all sets; and what a plan, a drift report and a program say of it.
Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reconciler.errors import Diagnostic, Severity
from reconciler.guard.judged import Guard, Judged
from reconciler.plan.identity.set_back import named
from reconciler.rules import RESTORED
from reconciler.values import Live


def judge(judged: Judged) -> Iterator[Diagnostic]:
    """One for all sets that are behind."""
    if judged.read.set_back:
        yield GUARD.finds(sets=named(judged.read))


def restored(live: Live) -> tuple[Diagnostic, ...]:
    """What a plan and a drift report say of it; nothing where no set is behind."""
    if not live.set_back:
        return ()
    found = GUARD.finds(sets=named(live))  # an error where it stops an apply
    return (replace(found, severity=Severity.REFUSED, hint=_LOOK),)


_LOOK = "look at the plan; an apply with --allow restored goes on from what is there"

GUARD = Guard(
    RESTORED,
    message="the server was restored from an older backup: {sets}",
    why="what was applied and learned after the backup is not there any more: renames that the manifests "
    "have forgotten since are open again, users who left may be back",
    fix="",
    judge=judge,
)
