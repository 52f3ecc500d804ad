"""Which agents may have `enable_sleeptime` in this run: those whose group is there, or is made by it.

In: desired, live and the scope. Out: desired in which the flag of the others stays as it is. Pure. Without
its group the server would add a background agent and a group of its own (letta 0.16.8, measured).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reconciler.kinds.group import IN_BACKGROUND
from reconciler.values import Desired, DesiredResource, Live, Ownership, Scope

_FIELD = "enable_sleeptime"


def with_turns(desired: Desired, live: Live, scope: Scope) -> Desired:
    """Desired, where no agent gets the flag before its group; the flag of one that waits stays as it is."""
    wanting = {
        address: each for address, each in desired.resources.items() if each.leaves.get(_FIELD) is True
    }
    if not wanting:
        return desired
    managers = frozenset(_managers(desired, live, scope))
    waiting = {
        address: _as_it_is(each, live) for address, each in wanting.items() if str(address) not in managers
    }
    return replace(desired, resources={**desired.resources, **waiting}) if waiting else desired


def _managers(desired: Desired, live: Live, scope: Scope) -> Iterator[str]:
    """Addresses of agents that manage such a group once the run is through."""
    for address, group in desired.resources.items():
        is_made = scope.covers(address) and group.policy.default is not Ownership.ABSENT
        in_background = address.kind == "group" and group.leaves.get("manager_type") in IN_BACKGROUND
        if in_background and (is_made or address in live.resources):
            yield str(group.leaves.get("manager_agent"))


def _as_it_is(agent: DesiredResource, live: Live) -> DesiredResource:
    there = live.resources.get(agent.address)
    leaves = {path: leaf for path, leaf in agent.leaves.items() if path != _FIELD}
    if there is not None and _FIELD in there.leaves:
        leaves[_FIELD] = there.leaves[_FIELD]
    return replace(agent, leaves=leaves)
