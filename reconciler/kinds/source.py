"""The source table: a Letta source is a folder; its files are known by content."""

from __future__ import annotations

from reconciler.kinds.field import Field, Kind, Shape
from reconciler.values import Ownership

SOURCE = Kind(
    "source",
    (
        Field("name"),
        Field("description", cleared=""),
        Field("instructions", cleared=""),
        Field("embedding", immutable=True),
        Field("embedding_chunk_size", immutable=True),
        Field("metadata", Shape.MAPPING, is_free=True, cleared={}),
        Field("files", Shape.SET, ownership=Ownership.SEEDED, exact=True),
    ),
    marker_fields=frozenset({"metadata", "files"}),
)
"""`files[<name>]` holds a FileContent; the server keeps no checksum, so the marker does:
its entry in the metadata lists the hashes, which is why it has to be sent with every update."""
