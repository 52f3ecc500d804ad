"""R109 `prune-all`: a prune leaves something, and more than one user's set is never all of them.

In: a plan. Out: one objection. Pure. Only a run about the whole project can say that nothing, or nobody,
would be left.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.guard.judged import Guard, Judged
from reconciler.guard.limits.counted_losses import ended_sets
from reconciler.plan.model import Action, Plan, Reason
from reconciler.rules import PRUNE_ALL
from reconciler.values import Address, Owner


def judge(judged: Judged) -> Iterator[Diagnostic]:
    """One for everything there is, or for the sets of all users."""
    plan = judged.plan
    is_prune = any(change.reason is Reason.NOT_DECLARED and change.destroys for change in plan.changes)
    if not is_prune or not plan.is_whole:
        return
    gone = set(ended_sets(plan))
    if plan.count(Action.DELETE) >= plan.compared:
        yield GUARD.finds(what="everything there is")
    elif len(gone) > 1 and gone == _users(plan):
        yield GUARD.finds(what=f"the sets of all {len(gone)} users")


def _users(plan: Plan) -> set[Owner]:
    owners = {Address.parse(text).owner for text in plan.ids} | {
        change.address.owner for change in plan.changes
    }
    return owners - {Owner()}


GUARD = Guard(
    PRUNE_ALL,
    message="it would prune {what}",
    fix="if that is meant, reconciler destroy says so best",
    judge=judge,
)
