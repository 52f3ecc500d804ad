"""R102 `protected`: what says `protect: true`, or said so when it was last applied, does not end.

In: a plan. Out: one objection for each such resource. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.guard.judged import Guard, Judged
from reconciler.rules import PROTECTED


def judge(judged: Judged) -> Iterator[Diagnostic]:
    """What is deleted or replaced and protected."""
    for change in judged.plan.changes:
        if change.destroys and change.protected:
            yield GUARD.finds(address=change.address)


GUARD = Guard(
    PROTECTED,
    message="{address} is protected and would end",
    fix="take protect: true off it first",
    judge=judge,
)
