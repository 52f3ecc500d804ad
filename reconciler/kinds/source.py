"""The source table: a Letta source is a folder; its files are known by content."""

from __future__ import annotations

from reconciler.kinds.field import Field, Kind
from reconciler.kinds.types import Type
from reconciler.values import Ownership

SOURCE = Kind(
    "source",
    "sources",
    (
        Field("name", Type.NAME, "Its name on the server", "Ada's notes"),
        Field("description", Type.PROSE, "What is in it", "Shared insights", cleared=""),
        Field("instructions", Type.PROSE, "How agents are to use it", "Search before asking", cleared=""),
        Field(
            "embedding",
            Type.HANDLE,
            "Embedding model handle",
            "openai/text-embedding-3-small",
            shown="embedding_config.handle",
            immutable=True,
        ),
        Field(
            "embedding_chunk_size",
            Type.WHOLE,
            "Tokens of a piece of a file that is searched",
            200,
            shown="embedding_config.embedding_chunk_size",
            immutable=True,
            default=(300,),
        ),
        Field("metadata", Type.ENTRIES, "Any JSON, by key", {"team": "care"}, cleared={}),
        Field(
            "files",
            Type.FILES,
            "Globs relative to this manifest",
            ["knowledge/*.md"],
            ownership=Ownership.SEEDED,
        ),
    ),
    marker_fields=frozenset({"metadata", "files"}),
)
"""`files[<name>]` holds a FileContent; the server keeps no checksum, so the marker does:
its entry in the metadata lists the hashes, which is why it has to be sent with every update."""
