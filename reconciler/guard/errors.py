"""R101 `errors`: a plan of which an error is said is shown and never carried out.

In: a plan. Out: one objection. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.guard.judged import Guard, Judged
from reconciler.rules import ERRORS


def judge(judged: Judged) -> Iterator[Diagnostic]:
    """One, whatever the number of errors: each is listed with the plan."""
    if judged.plan.has_errors:
        yield GUARD.finds()


GUARD = Guard(
    ERRORS,
    message="the plan has errors (see above)",
    fix="mend them, then plan again",
    judge=judge,
)
