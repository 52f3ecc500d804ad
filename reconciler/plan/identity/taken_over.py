"""Blocks that were made at run time and are declared now: they become the declared ones, where they are.

In: desired and live. Out: live with these blocks at their address, with nothing known of what was last
applied, so that what stands in them counts as learned; and what cannot be taken over. Pure. Only a block
whose label is declared, on an agent that shall have it, is meant; what would become somebody else's is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from reconciler.errors import Origin
from reconciler.kinds import KINDS, edges
from reconciler.values import Address, Desired, Leaves, Live, LiveResource, Marker, Scope, field_of

_PROJECT = "tags[letta-reconciler:project="


@dataclass(frozen=True, slots=True)
class Contested:
    """A declared block that cannot be had in place: which blocks hold it, and what is wrong with that."""

    address: Address
    held: frozenset[str]
    problem: str
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Live after it, which addresses were taken, and what stands in the way of others."""

    live: Live
    ids: Mapping[Address, str] = field(default_factory=dict)
    contested: tuple[Contested, ...] = ()


def candidates(desired: Desired, live: Live, scope: Scope) -> dict[Address, set[str]]:
    """Server ids of unmanaged blocks by the declared address whose place they hold on an agent."""
    unmanaged = {each.id for each in live.unmanaged if each.kind == "block"}
    found: dict[Address, set[str]] = {}
    for address, wanted in desired.resources.items() if unmanaged else ():
        agent = live.resources.get(address)
        if agent is None or address.kind != "agent":
            continue
        for path, target in edges(KINDS["agent"], wanted.leaves):
            held = agent.leaves.get(path)
            is_free = target not in live.resources and target not in live.duplicates and scope.covers(target)
            if field_of(path) == "blocks" and held in unmanaged and is_free and target in desired.resources:
                found.setdefault(target, set()).add(str(held))
    return found


def take_over(desired: Desired, live: Live, scope: Scope) -> TakenOver:
    """Every candidate that is the only one, and nobody else's."""
    found = candidates(desired, live, scope)
    if not found:
        return TakenOver(live)
    by_id = {each.id: each for each in live.unmanaged}
    ids, contested = {}, []
    for address, held in sorted(found.items(), key=lambda item: item[0].order):
        problem = _problem(address, held, found, by_id, live)
        if problem:
            origin = desired.resources[address].origin
            contested.append(Contested(address, frozenset(held), problem, origin))
        else:
            ids[address] = next(iter(held))
    return TakenOver(placed(desired.project, live, ids), ids, tuple(contested))


def _problem(
    address: Address,
    held: set[str],
    found: Mapping[Address, set[str]],
    by_id: Mapping[str, LiveResource],
    live: Live,
) -> str:
    """Why a block cannot become the declared one; empty when it can."""
    if len(held) > 1:
        return f"{len(held)} different blocks would become one"
    (server_id,) = held
    others = next((project for project in _projects(by_id[server_id])), "")
    if others:
        return f"it belongs to project {others!r}"
    if sum(server_id in each for each in found.values()) > 1:
        return "one block would become several"
    owners = {
        agent.owner
        for agent, each in live.resources.items()
        if agent.kind == "agent" and server_id in each.leaves.values()
    }
    if address.owner.is_shared and len(owners) < 2:
        return "what one user's agents have would become everybody's"
    if not address.owner.is_shared and len(owners) > 1:
        return "it hangs on agents of several users"
    return ""


def _projects(block: LiveResource) -> Iterator[str]:
    for path in block.leaves:
        if path.startswith(_PROJECT):
            yield path[len(_PROJECT) : -1]


def placed(project: str, live: Live, ids: Mapping[Address, str]) -> Live:
    """These blocks at their addresses, and on their agents by these."""
    taken = {server_id: address for address, server_id in ids.items()}
    if not taken:
        return live
    resources = {
        address: replace(each, leaves=_named(each, taken)) if address.kind == "agent" else each
        for address, each in live.resources.items()
    }
    blocks = {
        taken[each.id]: replace(each, marker=Marker(project, taken[each.id]))
        for each in live.unmanaged
        if each.id in taken
    }
    unmanaged = tuple(each for each in live.unmanaged if each.id not in taken)
    return replace(live, resources=resources | blocks, unmanaged=unmanaged)


def _named(agent: LiveResource, taken: Mapping[str, Address]) -> Leaves:
    return {
        path: str(taken[leaf]) if isinstance(leaf, str) and leaf in taken else leaf
        for path, leaf in agent.leaves.items()
    }
