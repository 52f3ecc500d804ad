"""Takes out of a plan what would disturb an agent that is running right now.

In: a plan and the server ids of agents with a run in flight. Out: the plan without those changes, which are
kept as deferred, and without what only makes sense together with them. Pure. A block or a group may be
changed under a running agent: the server recompiles it; only the agent itself and what would be taken from it
wait.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from reconciler.plan.model import Action, Change, Plan, Reason
from reconciler.values import Detach

_DISTURBING = (Action.UPDATE, Action.REPLACE, Action.DELETE)


def disturbed(plan: Plan) -> tuple[str, ...]:
    """Server ids of the agents this plan changes, replaces or deletes."""
    return tuple(sorted(change.id for change in plan.changes if _disturbs(change)))


def defer(plan: Plan, running: Collection[str]) -> Plan:
    """The plan without what would disturb these agents."""
    deferred = {
        change.address: change for change in plan.changes if _disturbs(change) and change.id in running
    }
    if not deferred:
        return plan
    while more := [
        change
        for change in plan.changes
        if change.address not in deferred and any(_belongs(change, each) for each in deferred.values())
    ]:
        deferred |= {change.address: change for change in more}
    return replace(
        plan,
        changes=tuple(change for change in plan.changes if change.address not in deferred),
        kept=(*plan.kept, *(_later(change) for change in plan.changes if change.address in deferred)),
    )


def _disturbs(change: Change) -> bool:
    return change.address.kind == "agent" and change.action in _DISTURBING and bool(change.id)


def _belongs(change: Change, later: Change) -> bool:
    """Made by the deferred agent's create, told of its new id, or taken or replaced from under it."""
    if later.action is Action.REPLACE and later.address in change.requires:
        is_told = change.reason is Reason.DEPENDENCY_REPLACED or later.id in _detached(change)
        return is_told or change.action is Action.DELETE
    if change.carried_by == later.address:
        return later.action is Action.REPLACE
    if later.address.kind != "agent":
        return False
    if change.action is Action.REPLACE:
        return change.address in later.requires
    is_taken = change.action is Action.DELETE and change.address.kind in ("block", "source")
    return is_taken and (_ends_with(change, later) or str(change.address) in _detached(later))


def _ends_with(change: Change, agent: Change) -> bool:
    return agent.action is Action.DELETE and agent.address.owner == change.address.owner


def _detached(agent: Change) -> set[str]:
    return {operation.target for operation in agent.operations if isinstance(operation, Detach)}


def _later(change: Change) -> Change:
    return replace(change, action=Action.DEFER, operations=(), afterwards=())
