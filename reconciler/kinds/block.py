"""The block table. The server does not enforce `limit`; the manifests do."""

from __future__ import annotations

from reconciler.kinds.field import Field, Kind, LongText
from reconciler.kinds.types import Type
from reconciler.values import Ownership

_DESCRIPTIONS = (
    LongText("63f4741b4dc99ba7"),  # of a block called persona
    LongText("59fb6517406d727a"),  # of one called human
)

BLOCK = Kind(
    "block",
    "blocks",
    (
        Field("label", Type.TEXT, "What agents know it by", follows="the key of the block"),
        Field(
            "value",
            Type.PROSE_OR_FILE,
            "Its text, or {file: path}",
            {"file": "personas/coach.md"},
            ownership=Ownership.SEEDED,
        ),
        Field(
            "description",
            Type.PROSE,
            "What agents are told it is for",
            "How the user feels today",
            cleared="",
            default=_DESCRIPTIONS,
        ),
        Field(
            "limit",
            Type.WHOLE,
            "Characters; checked here, not by the server",
            2_000,
            cleared=100_000,
            default=(100_000,),
        ),
        Field(
            "read_only",
            Type.TRUTH,
            "Whether agents cannot change it; its value is enforced then",
            True,
            cleared=False,
            default=(False,),
        ),
        Field(
            "hidden",
            Type.TRUTH,
            "Whether lists of the server leave it out unless they are asked for such",
            True,
            cleared=False,
            default=(False,),
        ),
        Field("tags", Type.TEXTS, "Tags on the server", ["status"], exact=False, cleared=[]),
        Field("metadata", Type.ENTRIES, "Any JSON, by key", {"team": "care"}, cleared={}),
    ),
    marker_fields=frozenset({"tags"}),
    called_by="label",
)
"""The value of a read-only block is policy: the manifest layer makes it enforced."""
