"""One resource as the cache knows it.

In: a live resource. Out: a frozen record without any value that could be a secret: digests of what was
last applied, and for groups what they are made of. It must not know how it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.values import Address, FileContent, Leaf, Live, LiveResource, Secret


@dataclass(frozen=True, slots=True)
class CachedResource:
    """What was last seen at one address."""

    address: Address
    server_id: str
    server_name: str = ""
    base: Mapping[str, str] = field(default_factory=dict)
    """Path to digest of the last applied value."""
    document: Mapping[str, Any] | None = None
    """For a group: everything it is made of, so that a program can talk to it, and after which write of the
    record of its set it was so."""
    seen_at: str = ""
    """When it was read from the server, ISO 8601 in UTC; the cache fills it in."""


def remembered(live: Live) -> list[CachedResource]:
    """Every resource of ours, ready for the cache."""
    serials = {owner: record.serial for owner, record in live.records.items()}
    return [
        _remembered(address, resource, serials.get(address.owner))
        for address, resource in sorted(live.resources.items())
    ]


def group_document(server_id: str, leaves: Mapping[str, Leaf], serial: int | None) -> dict[str, Any]:
    """What is kept of a group; `serial` is the number of the last write of its set, None when not known."""
    plain = {path: leaf for path, leaf in leaves.items() if not isinstance(leaf, Secret | FileContent)}
    return {"id": server_id, "fields": dict(sorted(plain.items())), "serial": serial}


def _remembered(address: Address, resource: LiveResource, serial: int | None) -> CachedResource:
    return CachedResource(
        address,
        resource.id,
        resource.server_name,
        dict(resource.marker.base) if resource.marker else {},
        group_document(resource.id, resource.leaves, serial) if resource.kind == "group" else None,
    )
