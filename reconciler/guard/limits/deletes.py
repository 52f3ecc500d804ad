"""R106 `deletes`: `safety.max_deletes` sets, agents of sets that stay, and shared resources, each apart.

In: a plan with its limits and the world. Out: one objection for each kind that is too many. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.guard.judged import Guard, Judged
from reconciler.guard.limits.counted_losses import losses_of
from reconciler.rules import DELETES


def judge(judged: Judged) -> Iterator[Diagnostic]:
    """Each kind of which more end than the project, or the person, lets pass."""
    limit = judged.allowance.limit(DELETES, judged.plan.limits.max_deletes)
    losses = losses_of(judged.plan, judged.live)
    ending = (
        (len(losses.sets), "user's set", "users' sets"),
        (len(losses.agents), "agent", "agents"),
        (len(losses.shared), "shared resource", "shared resources"),
    )
    for number, one, many in ending:
        if limit is not None and number > limit:
            yield GUARD.finds(found=number, what=one if number == 1 else many, limit=limit)


GUARD = Guard(
    DELETES,
    message="it ends {found} {what}, the limit is {limit} (safety.max_deletes)",
    fix="",
    judge=judge,
)
