"""R107 `overwrites`: `safety.max_overwrites` learned values written over, or ending in a set that stays.

In: a plan with its limits and the world. Out: one objection. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.guard.judged import Guard, Judged
from reconciler.guard.limits.counted_losses import losses_of
from reconciler.rules import OVERWRITES


def judge(judged: Judged) -> Iterator[Diagnostic]:
    """One where they are more than the project, or the person, lets pass."""
    limit = judged.allowance.limit(OVERWRITES, judged.plan.limits.max_overwrites)
    number = len(losses_of(judged.plan, judged.live).overwrites)
    if limit is not None and number > limit:
        yield GUARD.finds(found=number, limit=limit)


GUARD = Guard(
    OVERWRITES,
    message="it ends {found} learned values, the limit is {limit} (safety.max_overwrites)",
    fix="",
    judge=judge,
)
