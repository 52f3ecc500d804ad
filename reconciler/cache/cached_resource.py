"""One resource as the cache knows it.

In: a live resource. Out: a frozen record without any value that could be a secret: digests of what was
last applied, and for groups what they are made of. It must not know how it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.values import Address, FileContent, Live, LiveResource, Secret


@dataclass(frozen=True, slots=True)
class CachedResource:
    """What was last seen at one address."""

    address: Address
    server_id: str
    server_name: str = ""
    base: Mapping[str, str] = field(default_factory=dict)
    """Path to digest of the last applied value."""
    document: Mapping[str, Any] | None = None
    """For a group: everything it is made of, so that a program can talk to it without a request."""
    seen_at: str = ""
    """When it was read from the server, ISO 8601 in UTC; the cache fills it in."""


def remembered(live: Live) -> list[CachedResource]:
    """Every resource of ours, ready for the cache."""
    return [_remembered(address, resource) for address, resource in sorted(live.resources.items())]


def _remembered(address: Address, resource: LiveResource) -> CachedResource:
    return CachedResource(
        address,
        resource.id,
        resource.server_name,
        dict(resource.marker.base) if resource.marker else {},
        _document(resource) if resource.kind == "group" else None,
    )


def _document(resource: LiveResource) -> dict[str, Any]:
    plain = {
        path: leaf for path, leaf in resource.leaves.items() if not isinstance(leaf, Secret | FileContent)
    }
    return {"id": resource.id, "fields": dict(sorted(plain.items()))}
