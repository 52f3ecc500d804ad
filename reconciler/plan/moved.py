"""Gives live resources that were renamed in the manifests their new address, before anything is compared.

In: Desired with its moves, and Live. Out: Live under the new addresses, every reference to them rewritten,
and which address each one had. So a rename keeps the resource, its server id and its memory. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from reconciler.values import Address, Desired, Leaf, Live, LiveResource, field_of, item_of, item_path


@dataclass(frozen=True, slots=True)
class Moved:
    """Live after the moves, and the old address of everything that moved."""

    live: Live
    old: Mapping[Address, Address]


def apply_moves(desired: Desired, live: Live) -> Moved:
    """Follow every move whose old address is still on the server and whose new one is not."""
    old = {
        new: source
        for new in desired.moved
        if new in desired.resources
        and new not in live.resources
        and (source := _source(new, desired, live)) is not None
    }
    return Moved(renamed(live, old), old)


def renamed(live: Live, old: Mapping[Address, Address]) -> Live:
    """Live with the resources at these old addresses, and all references to them, under their new ones."""
    if not old:
        return live
    new = {source: target for target, source in old.items()}
    texts = {str(source): str(target) for source, target in new.items()}
    resources = {
        new.get(address, address): _rewritten(resource, address, new, texts)
        for address, resource in live.resources.items()
    }
    return replace(live, resources=resources)


def _source(new: Address, desired: Desired, live: Live) -> Address | None:
    """The nearest earlier address that exists; moves may chain over several releases."""
    seen = {new}
    current = desired.moved.get(new)
    while current is not None and current not in seen:
        if current in live.resources and current not in desired.resources:
            return current
        seen.add(current)
        current = desired.moved.get(current)
    return None


def _rewritten(
    resource: LiveResource,
    address: Address,
    moves: Mapping[Address, Address],
    texts: Mapping[str, str],
) -> LiveResource:
    """Edges name resources by address, and some by the declared name in their path as well."""
    names = {
        source.name: new.name
        for source, new in moves.items()
        if source.owner == address.owner and not source.agent
    }
    leaves: dict[str, Leaf] = {}
    for path, leaf in resource.leaves.items():
        moved = isinstance(leaf, str) and leaf in texts
        named_by = field_of(path) in ("agents", "sources") and moved
        new_path = item_path(field_of(path), names.get(item_of(path), item_of(path))) if named_by else path
        leaves[new_path] = texts[leaf] if moved and isinstance(leaf, str) else leaf
    order = leaves.get("order")
    if isinstance(order, list):
        leaves["order"] = [
            names.get(name, name) if _is_member(names, name, leaves) else name for name in order
        ]
    return replace(resource, leaves=leaves)


def _is_member(names: Mapping[str, str], name: str, leaves: Mapping[str, Leaf]) -> bool:
    return item_path("agents", names.get(name, name)) in leaves
