"""R108 `change-percent`: `safety.max_change_percent` of what is there may change, where a project sets it.

In: a plan with its limits. Out: one objection. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.guard.judged import Guard, Judged
from reconciler.plan.model import Action, Change, Reason
from reconciler.rules import CHANGE_PERCENT

_HARMLESS = (Reason.MARKER_OUTDATED, Reason.CANNOT_UNSET, Reason.DESTROY, Reason.MARK_LOST)


def judge(judged: Judged) -> Iterator[Diagnostic]:
    """One where the share is larger than the project, or the person, lets pass."""
    plan = judged.plan
    limit = judged.allowance.limit(CHANGE_PERCENT, plan.limits.max_change_percent)
    changed = sum(map(_touches, plan.changes))
    if limit is not None and 100 * changed > limit * plan.compared:
        percent = 100 * changed / plan.compared if plan.compared else 100.0
        yield GUARD.finds(
            changed=changed,
            compared=plan.compared,
            percent=percent,
            limit=limit,
            found=math.ceil(percent),
        )


def _touches(change: Change) -> bool:
    """Whether something that is there changes, and not because a person asked for its end."""
    return change.action is not Action.CREATE and change.reason not in _HARMLESS


GUARD = Guard(
    CHANGE_PERCENT,
    message="it changes {changed} of {compared} resources ({percent:.2f} %), the limit is {limit} % "
    "(safety.max_change_percent)",
    fix="",
    judge=judge,
)
