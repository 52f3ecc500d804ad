"""Gives live resources that were renamed in the manifests their new address, before anything is compared.

In: Desired with its moves, and Live. Out: Live under the new addresses, every reference to them rewritten, in
what is live and in what was last applied, and which address each one had. So a rename keeps the resource, its
server id and its memory, and is written to the resource alone. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from reconciler.kinds import KINDS, edges
from reconciler.plan.model import Plan
from reconciler.values import (
    Address,
    Desired,
    Leaf,
    Leaves,
    Live,
    LiveResource,
    Owner,
    Renames,
    digest,
    field_of,
    item_of,
    item_path,
)


@dataclass(frozen=True, slots=True)
class Moved:
    """Live after the moves, and the old address of everything that moved."""

    live: Live
    old: Mapping[Address, Address]

    @property
    def new(self) -> Mapping[Address, Address]:
        """The same the other way round."""
        return {old: new for new, old in self.old.items()}


def apply_moves(desired: Desired, live: Live) -> Moved:
    """Follow every move whose old address is still on the server and whose new one is not."""
    renames = desired.renames
    if not renames:
        return Moved(live, {})
    old = _followed(desired, live)
    new = {source: target for target, source in old.items()}
    return Moved(_rebased(renamed(live, new, new), desired), old)


def as_planned(plan: Plan, live: Live) -> Live:
    """What was read, under the addresses the plan calls it by."""
    changes = (*plan.changes, *plan.kept)
    new = {change.moved_from: change.address for change in changes if change.moved_from}
    return renamed(live, new, new)


def _followed(desired: Desired, live: Live) -> dict[Address, Address]:
    """New to old address. Of two that lead to one, the explicitly moved one wins, then the shorter way."""
    candidates: dict[Address, list[tuple[bool, int, Address]]] = {}
    for address in live.resources:
        path = list(desired.renames.path(address))
        if not path or path[-1] in live.resources or path[-1] in live.duplicates:
            continue
        if path[-1] not in desired.resources and not _goes_along(address, path[-1]):
            continue
        before = path[-2] if len(path) > 1 else address
        candidates.setdefault(path[-1], []).append((_goes_along(before, path[-1]), len(path), address))
    return {new: min(found)[2] for new, found in candidates.items()}


def _goes_along(old: Address, new: Address) -> bool:
    """Whether only the owner, or the agent, of a resource was renamed."""
    return (old.kind, old.name) == (new.kind, new.name) and (old.owner, old.agent) != (new.owner, new.agent)


def renamed(live: Live, resources: Mapping[Address, Address], named: Mapping[Address, Address]) -> Live:
    """Live with these resources under new addresses, and with references to `named` ones changed; both hold
    old and new address."""
    if not named:
        return live
    texts = {str(source): (source, target) for source, target in named.items()}
    found = {}
    for address, resource in live.resources.items():
        new = resources.get(address, address)
        found[new] = replace(resource, leaves=_rewritten(resource, address.owner, new.owner, texts))
    return replace(live, resources=found)


def _rewritten(
    resource: LiveResource, before: Owner, owner: Owner, moves: Mapping[str, tuple[Address, Address]]
) -> Leaves:
    """Edges name resources by address, and by what their owner calls them in the path as well: whose user was
    renamed calls those of the new set, which moved before, by another name, too."""
    leaves: dict[str, Leaf] = {}
    names: dict[str, str] = {}
    targets = dict(edges(KINDS[resource.kind], resource.leaves)) if owner != before else {}
    for path, leaf in resource.leaves.items():
        there = targets.get(path)
        stays = (there, there) if there is not None else None
        moved = moves.get(leaf, stays) if isinstance(leaf, str) else None
        if moved is None:
            leaves[path] = leaf
            continue
        old, new = moved
        if item_of(path) == _item(old, before):
            names[item_of(path)] = _item(new, owner)
            path = item_path(field_of(path), _item(new, owner))
        leaves[path] = str(new)
    order = leaves.get("order")
    if isinstance(order, list):
        leaves["order"] = [names.get(name, name) for name in order]
    return leaves


def _item(address: Address, owner: Owner) -> str:
    """What resources of this owner call that one; blocks go by their label, whoever has them."""
    if address.kind == "block" or address.owner == owner:
        return address.name
    return f"shared/{address.name}" if address.owner.is_shared else str(address)


def _rebased(live: Live, desired: Desired) -> Live:
    """What was last applied, as if everything had always been called what it is called now."""
    resources = {}
    for address, resource in live.resources.items():
        wanted = desired.resources.get(address)
        resources[address] = _Rebasing(desired.renames, live).of(
            address, resource, wanted.leaves if wanted else {}
        )
    return replace(live, resources=resources)


@dataclass(frozen=True, slots=True)
class _Rebasing:
    """Finds digests of former names."""

    renames: Renames
    live: Live

    def of(self, address: Address, resource: LiveResource, wanted: Leaves) -> LiveResource:
        """The resource with the digests of its edges under their present paths."""
        if resource.marker is None:
            return resource
        base = dict(resource.marker.base)
        names: dict[str, str] = {}
        for path, target in edges(KINDS[resource.kind], {**wanted, **resource.leaves}):
            former = self._former(base, path, target, address.owner)
            if former:
                del base[former]
                base[path] = digest(str(target))
                names[item_of(path)] = item_of(former)
        order = resource.leaves.get("order")
        if (
            names
            and isinstance(order, list)
            and base.get("order") == digest([names.get(n, n) for n in order])
        ):
            base["order"] = digest(order)
        return replace(resource, marker=replace(resource.marker, base=base)) if names else resource

    def _former(self, base: Mapping[str, str], path: str, target: Address, owner: Owner) -> str:
        """Where the digest of this edge stands; empty when nothing is to be done about it."""
        if base.get(path) == digest(str(target)):
            return ""
        for old in self.renames.before(target):
            if old in self.live.resources:
                continue
            for whose in (owner, *sorted(self.renames.owners_before(owner))):
                former = item_path(field_of(path), _item(old, whose)) if item_of(path) else path
                if base.get(former) == digest(str(old)):
                    return former
        return ""
