"""Which agents outside a plan would lose something with what it deletes, or get what takes its place.

In: a plan, what is live, and the agents that things hang on. Out: what to ask for, and the plan that names
those agents. Pure. Agents that end with the plan lose nothing by it, and those of ours that stay are known by
their own attachments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reconciler.plan.model import Change, Plan
from reconciler.values import Live

_HANGING = ("block", "source", "tool")


def taken(plan: Plan) -> dict[str, str]:
    """What this plan ends that can hang on an agent: kind by server id."""
    return {
        change.id: change.address.kind
        for change in plan.changes
        if change.destroys and change.address.kind in _HANGING and change.id
    }


def with_users(plan: Plan, live: Live, attached: Mapping[str, Mapping[str, str]]) -> Plan:
    """The plan that says who else uses what it ends."""
    known = {change.id for change in plan.changes if change.destroys}
    known |= {resource.id for resource in live.resources.values()}
    known |= {server_id for change in plan.changes for server_id in ids_of(change.takes_along)}
    return replace(
        plan,
        changes=tuple(_with_users(change, attached.get(change.id, {}), known) for change in plan.changes),
    )


def _with_users(change: Change, agents: Mapping[str, str], known: set[str]) -> Change:
    others = {agent: name for agent, name in agents.items() if agent not in known}
    if not change.destroys or not others:
        return replace(change, used_by=())
    named = (f"{name} ({agent})" if name else agent for agent, name in others.items())
    return replace(change, used_by=tuple(sorted(named)))


def ids_of(named: Iterable[str]) -> Iterator[str]:
    """The server ids of what is named as `name (id)`."""
    return (text.rpartition("(")[2].removesuffix(")") for text in named)
