"""The block table. The server does not enforce `limit`; the manifests do."""

from __future__ import annotations

from reconciler.kinds.field import Field, Kind, Shape
from reconciler.values import Ownership

BLOCK = Kind(
    "block",
    (
        Field("label"),
        Field("value", ownership=Ownership.SEEDED),
        Field("description", cleared=""),
        Field("limit", cleared=100_000),
        Field("read_only", cleared=False),
        Field("hidden", cleared=False),
        Field("tags", Shape.SET, exact=False, cleared=[]),
        Field("metadata", Shape.MAPPING, is_free=True, cleared={}),
    ),
    marker_fields=frozenset({"tags"}),
)
"""The value of a read-only block is policy: the manifest layer makes it enforced."""
