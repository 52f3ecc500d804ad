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

_DISTURBING = (Action.UPDATE, Action.REPLACE, Action.DELETE)


def disturbed(plan: Plan) -> tuple[str, ...]:
    """Server ids of the agents this plan changes, replaces or deletes."""
    return tuple(sorted(change.id for change in plan.changes if _disturbs(change)))


def defer(plan: Plan, running: Collection[str]) -> Plan:
    """The plan without what would disturb these agents."""
    agents = [change for change in plan.changes if _disturbs(change) and change.id in running]
    if not agents:
        return plan
    deferred = [change for change in plan.changes if change in agents or _belongs(change, agents)]
    return replace(
        plan,
        changes=tuple(change for change in plan.changes if change not in deferred),
        kept=(*plan.kept, *(_later(change) for change in deferred)),
    )


def _disturbs(change: Change) -> bool:
    return change.address.kind == "agent" and change.action in _DISTURBING and bool(change.id)


def _belongs(change: Change, agents: list[Change]) -> bool:
    """Made by the agent's create, told of its new id, or taken from under it."""
    ending = [agent for agent in agents if agent.action is Action.DELETE]
    replaced = {agent.address for agent in agents if agent.action is Action.REPLACE}
    if change.carried_by in replaced:
        return True
    if change.reason is Reason.DEPENDENCY_REPLACED:
        return bool(change.requires & replaced)
    is_taken = change.action is Action.DELETE and change.address.kind in ("block", "source")
    return is_taken and any(agent.address.owner == change.address.owner for agent in ending)


def _later(change: Change) -> Change:
    return replace(change, action=Action.DEFER, operations=(), afterwards=())
