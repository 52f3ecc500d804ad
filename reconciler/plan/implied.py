"""What the server adds because of what is declared, as if the manifests had said it.

In: desired and live. Out: desired with it, so that it is expected on both sides: never drift, never taken
away, and made up for where it is missing. Pure.

A tool that asks for approval by default gates each agent that has it: the server adds the rule when the agent
is made or the tool attached, and never again (letta 0.16.8, measured).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reconciler.compare.policy import is_exact, ownership_of
from reconciler.kinds import AGENT, TOOL
from reconciler.values import (
    Address,
    Desired,
    DesiredResource,
    Leaf,
    Live,
    LiveResource,
    Ownership,
    field_of,
    item_of,
    item_path,
)

_ASKS = "default_requires_approval"


def with_implied(desired: Desired, live: Live) -> Desired:
    """Desired, where each agent asks for what a tool it has asks for."""
    asking = frozenset(_asking(desired, live))
    if not asking:
        return desired
    resources: dict[Address, DesiredResource] = dict(desired.resources)
    for address, resource in desired.resources.items():
        if address.kind == "agent":
            gates = _gates(resource, live.resources.get(address), asking)
            if gates:
                resources[address] = replace(resource, leaves={**gates, **resource.leaves})
    return replace(desired, resources=resources)


def _asking(desired: Desired, live: Live) -> Iterator[str]:
    """Tools that ask by default once the plan is carried out: what an agent's `tools` hold of them."""
    for address in desired.resources.keys() | live.resources.keys():
        if address.kind == "tool" and _will_ask(desired.resources.get(address), live.resources.get(address)):
            yield str(address)
    for tool in live.unmanaged:
        if tool.kind == "tool" and tool.leaves.get(_ASKS) is True:
            yield tool.server_name


def _will_ask(desired: DesiredResource | None, live: LiveResource | None) -> bool:
    there = live is not None and live.leaves.get(_ASKS) is True
    if desired is None:
        return there
    owner = ownership_of(TOOL.by_name[_ASKS], desired.policy, _ASKS)
    if live is not None and owner is not Ownership.ENFORCED:
        return there
    if _ASKS in desired.leaves:
        return desired.leaves[_ASKS] is True
    is_dropped = live is not None and live.marker is not None and _ASKS in live.marker.base
    return there and not is_dropped


def _gates(agent: DesiredResource, live: LiveResource | None, asking: frozenset[str]) -> Mapping[str, Leaf]:
    """The rules for tools the agent is to have, and for those it keeps of what others attached."""
    has = _tools(agent.leaves, asking)
    is_kept = "tools" not in agent.named or not is_exact(AGENT.by_name["tools"], agent.policy)
    if live is not None and is_kept:
        has |= _tools(live.leaves, asking)
    return {item_path("approvals", tool): True for tool in has}


def _tools(leaves: Mapping[str, Leaf], asking: frozenset[str]) -> set[str]:
    return {item_of(path) for path, leaf in leaves.items() if field_of(path) == "tools" and leaf in asking}
