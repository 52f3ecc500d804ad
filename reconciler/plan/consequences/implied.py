"""What the server adds because of what is declared, as if the manifests had said it.

In: desired and live. Out: desired with it, so that it is expected on both sides: never drift, never taken
away, and made up for where it is missing. Pure.

A tool that asks for approval by default gates each agent that has it: the server adds the rule when the agent
is made or the tool attached, and never again. An agent with a source has three tools to read its files: the
server adds them with the first source and takes them off with the last one (letta 0.16.8, measured).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reconciler.compare import Comparison, FieldChange
from reconciler.compare.policy import is_exact, ownership_of
from reconciler.kinds import AGENT, IMPLIED_SOURCE_TOOLS, TOOL
from reconciler.values import (
    UNSET,
    Address,
    Desired,
    DesiredResource,
    Effect,
    Leaf,
    Live,
    LiveResource,
    Ownership,
    Verdict,
    field_of,
    item_of,
    item_path,
)

PUT_BACK = "goes with the last source, and is put back"
_ASKS = "default_requires_approval"


def with_implied(desired: Desired, live: Live) -> Desired:
    """Desired, where each agent has what comes with its tools and sources."""
    asking, reading = frozenset(_asking(desired, live)), _reading(live)
    if not asking and not reading:
        return desired
    resources: dict[Address, DesiredResource] = dict(desired.resources)
    for address, resource in desired.resources.items():
        if address.kind != "agent":
            continue
        there = live.resources.get(address)
        more = {**_tools_of_sources(resource, there, reading), **_gates(resource, there, asking)}
        new = {path: leaf for path, leaf in more.items() if path not in resource.leaves}
        if new:
            resources[address] = replace(resource, leaves={**resource.leaves, **new}, implied=frozenset(new))
    return replace(desired, resources=resources)


def with_returned(comparison: Comparison) -> Comparison:
    """The last source takes its tools with it, those the manifest names as well: these are put back."""
    desired, live = comparison.desired, comparison.live
    if desired is None or live is None or comparison.address.kind != "agent":
        return comparison
    found = {each.path: each for each in comparison.fields}
    had = {path for path in live.leaves if field_of(path) == "sources"}
    going = {path for path in had if path in found and found[path].effect is Effect.WRITE}
    coming = any(
        field_of(path) == "sources" and each.effect is Effect.WRITE and each.desired is not UNSET
        for path, each in found.items()
    )
    if not had or had != going or coming:
        return comparison
    base = live.marker.base if live.marker else {}
    for path in (item_path("tools", tool) for tool in IMPLIED_SOURCE_TOOLS):
        if path in desired.leaves and path in live.leaves and path not in found:
            leaf, was = live.leaves[path], base.get(path, UNSET)
            found[path] = FieldChange(
                path, Verdict.UNCHANGED, Ownership.ENFORCED, Effect.WRITE, was, leaf, leaf, note=PUT_BACK
            )
    return replace(comparison, fields=tuple(found[path] for path in sorted(found)))


def _reading(live: Live) -> frozenset[str]:
    """The tools that come with a source, as far as this server has them."""
    known = {tool.server_name for tool in live.unmanaged if tool.kind == "tool"}
    return IMPLIED_SOURCE_TOOLS & known


def _tools_of_sources(
    agent: DesiredResource, live: LiveResource | None, reading: frozenset[str]
) -> dict[str, Leaf]:
    has_source = any(field_of(path) == "sources" for path in _had(agent, live, "sources"))
    return {item_path("tools", tool): tool for tool in reading} if has_source else {}


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


def _gates(agent: DesiredResource, live: LiveResource | None, asking: frozenset[str]) -> dict[str, Leaf]:
    """The rules for tools the agent is to have, and for those it keeps of what others attached."""
    has = _had(agent, live, "tools")
    return {
        item_path("approvals", item_of(path)): True
        for path, leaf in has.items()
        if field_of(path) == "tools" and leaf in asking
    }


def _had(agent: DesiredResource, live: LiveResource | None, field: str) -> Mapping[str, Leaf]:
    """The leaves that say what an agent is to have of a set-like field, and what it keeps of others."""
    is_kept = field not in agent.named or not is_exact(AGENT.by_name[field], agent.policy)
    if live is None or not is_kept:
        return agent.leaves
    base = live.marker.base if live.marker else {}
    of_others = {path: leaf for path, leaf in live.leaves.items() if path not in base}
    return {**of_others, **agent.leaves}
