"""A block as it is sent, on its own or inside the create request of its agent.

In: leaves and a marker. Out: a body. The marker is in the tags, which an inline block keeps (letta 0.16.8,
measured).
"""

from __future__ import annotations

from reconciler.kinds import BLOCK
from reconciler.remote.encode.common import (
    Body,
    changed_fields,
    entries,
    fields_of,
    items,
    plain_fields,
    sends,
)
from reconciler.remote.marks.markers import agent_tags
from reconciler.values import Leaves, Marker, Update


def block_create(leaves: Leaves, marker: Marker) -> Body:
    """Everything declared; a block without a value is empty."""
    body: Body = {"label": marker.address.name, "value": "", **plain_fields(leaves, BLOCK.plain)}
    if items(leaves, "metadata"):
        body["metadata"] = entries(leaves, "metadata")
    return body | {"tags": _tags(leaves, marker)}


def block_update(update: Update) -> Body:
    """Only what changed, and the marker where it is not there yet."""
    body = changed_fields(update, BLOCK.plain)
    if "metadata" in fields_of(update.changed):
        body["metadata"] = entries(update.after, "metadata")
    return body | ({"tags": _tags(update.after, update.marker)} if sends(update, "tags") else {})


def _tags(leaves: Leaves, marker: Marker | None) -> list[str]:
    return [*items(leaves, "tags"), *(agent_tags(marker) if marker else ())]
