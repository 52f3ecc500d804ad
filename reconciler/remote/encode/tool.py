"""A tool as it is sent.

In: leaves and a marker, for an update also the live row. Out: a body. Three traps (letta 0.16.8, measured):
POST and PUT are an upsert by name that resets what they do not name; a PATCH of the source keeps the old JSON
schema, so models would never see new parameters; any PATCH turns `enable_parallel_execution` off.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.kinds import TOOL
from reconciler.remote.encode.common import Body, changed_fields, items, plain_fields, sends
from reconciler.remote.marks.markers import tool_tags
from reconciler.values import Create, Leaves, Marker, Update

_KEPT = tuple(field.sent_as for field in TOOL.plain if field.name != "description")


def tool_create(create: Create) -> Body:
    """The name comes from the source, and so does the description when none is declared."""
    return plain_fields(create.leaves, TOOL.plain) | {"tags": _tags(create.leaves, create.marker)}


def tool_update(update: Update, live: Mapping[str, Any]) -> Body:
    """Only what changed, and the marker where it is not there yet."""
    body: Body = {"enable_parallel_execution": bool(live.get("enable_parallel_execution"))}
    body |= changed_fields(update, TOOL.plain)
    return body | ({"tags": _tags(update.after, update.marker)} if sends(update, "tags") else {})


def tool_rewrite(update: Update, live: Mapping[str, Any]) -> Body:
    """The whole tool, to have its JSON schema made from the new source."""
    body: Body = {field: live[field] for field in _KEPT if live.get(field) is not None}
    if "description" in update.base and live.get("description"):
        body["description"] = live["description"]
    return {**body, **tool_update(update, live), "tags": _tags(update.after, update.marker)}


def _tags(leaves: Leaves, marker: Marker | None) -> list[str]:
    return [*items(leaves, "tags"), *(tool_tags(marker) if marker else ())]
