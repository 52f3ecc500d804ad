"""Tells a resource that was deleted on the server from one that was never applied.

In: Live and the addresses that are declared but not there. Out: which of them once were, and who says so.
Pure: what is known was looked up when the server was read.

What tells is on the server itself: the record of a set knows the id of each resource, the marker of an agent
or group says which blocks, tools, sources and members it was last applied with, and a private block outlives
the agent it was made for. Where a set has no record the cache tells the ids it knows. Of anything else that
is missing nothing is known; it counts as not applied yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.drift.model import Deleted
from reconciler.kinds import KINDS
from reconciler.values import Address, Live, LiveResource, digest, field_of


def deleted(missing: Iterable[Address], live: Live) -> tuple[Deleted, ...]:
    """The missing ones that were on the server, in the order they came."""
    wanted = list(missing)
    if not wanted:
        return ()
    seen = _remembered(live.resources.values())
    parents: dict[Address, Address] = {}
    for address in sorted(live.resources):
        if address.parent is not None:
            parents.setdefault(address.parent, address)
    found = (
        Deleted(address, _witness(address, seen, parents), live.gone.get(address, "")) for address in wanted
    )
    return tuple(each for each in found if each.seen_by is not None or each.id)


def _witness(
    address: Address, seen: dict[tuple[str, str], Address], parents: dict[Address, Address]
) -> Address | None:
    return seen.get((address.kind, digest(str(address)))) or parents.get(address)


def _remembered(resources: Iterable[LiveResource]) -> dict[tuple[str, str], Address]:
    """Kind and digest of every address a marker refers to, and the resource that carries it."""
    seen: dict[tuple[str, str], Address] = {}
    for resource in resources:
        if resource.marker is not None:
            for told in _references(resource):
                seen.setdefault(told, resource.marker.address)
    return seen


def _references(resource: LiveResource) -> Iterator[tuple[str, str]]:
    fields = {field.name: field.targets for field in KINDS[resource.kind].fields if field.targets}
    if not fields or resource.marker is None:
        return
    for path, applied in resource.marker.base.items():
        target = fields.get(field_of(path))
        if target:
            yield target, applied
