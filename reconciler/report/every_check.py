"""Every rule with its sentences and its judge, in the order of codes.

In: nothing. Out: the checks of guards, plans, runs, adoption and drift. It must not judge anything.
"""

from __future__ import annotations

from typing import Any

from reconciler.apply import hanging_run
from reconciler.drift.find import NOTICES as OF_DRIFT
from reconciler.guard import GUARDS, empty
from reconciler.guard.endings import history_loss
from reconciler.plan.notices.notices import NOTICES as OF_PLAN
from reconciler.project import namesakes
from reconciler.rules import Check

CHECKS: tuple[Check[Any], ...] = tuple(
    sorted(
        (
            *GUARDS,
            history_loss.CHECK,
            empty.CHECK,
            *OF_PLAN,
            namesakes.NOTICE,
            hanging_run.NOTICE,
            *OF_DRIFT,
        ),
        key=lambda check: check.rule.code,
    )
)
