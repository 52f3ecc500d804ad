"""Background agents: the server makes one beside an agent for which somebody turns on `enable_sleeptime`, and
ends it with that agent.

In: a plan, what is live, and members of groups that are not ours. Out: what to look at, and the plan that
says what goes along. Pure. Such an agent belongs to the user whose agent it was made for; others do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reconciler.plan.model import Change, Plan
from reconciler.values import Live, LiveResource, field_of

_GROUPS = {"sleeptime": "sleeptime_agent", "voice_sleeptime": "voice_sleeptime_agent"}
"""Types of groups that the server deletes with their manager, and of the agents it makes for them."""
_SUFFIX = "-sleeptime"


def members_in_doubt(plan: Plan, live: Live) -> frozenset[str]:
    """Server ids of agents that end with an agent of this plan, and may be of the server's making."""
    return frozenset(member for change in plan.changes for _, ids in _groups(change, live) for member in ids)


def with_background(plan: Plan, live: Live, agents: Mapping[str, LiveResource]) -> Plan:
    """The plan that says what the server made for its agents, and ends with them."""
    changes = (replace(change, takes_along=tuple(_along(change, live, agents))) for change in plan.changes)
    return replace(plan, changes=tuple(changes))


def _along(change: Change, live: Live, agents: Mapping[str, LiveResource]) -> Iterator[str]:
    for group, ids in _groups(change, live):
        made_for = _GROUPS[str(group.leaves["manager_type"])]
        found = [agents[each] for each in ids if each in agents and _is_made(agents[each], made_for)]
        if found and len(found) == len(ids):
            yield from (f"{each.server_name} ({each.id})" for each in found)
            yield f"its group ({group.id})"


def _groups(change: Change, live: Live) -> Iterator[tuple[LiveResource, list[str]]]:
    """Groups that are not ours and end with the agent of this change, each with its members."""
    if not (change.destroys and change.id and change.address.kind == "agent"):
        return
    names = {str(address) for address in change.addresses} | {change.id}
    for group in live.unmanaged:
        is_led = group.kind == "group" and str(group.leaves.get("manager_agent")) in names
        if is_led and group.leaves.get("manager_type") in _GROUPS:
            yield group, [str(leaf) for path, leaf in group.leaves.items() if field_of(path) == "agents"]


def _is_made(agent: LiveResource, agent_type: str) -> bool:
    is_marked = agent.marker is not None or any(path.startswith("tags[managed-by:") for path in agent.leaves)
    is_named = agent.server_name.endswith(_SUFFIX)
    return agent.leaves.get("agent_type") == agent_type and is_named and not is_marked
