"""Rows as the server would show them if they bore a mark of ours, and whether a mark is whole.

In: raw rows and markers. Out: rows. Pure. So what reads rows reads those of a resource that lost its mark, or
is about to get one, in the same way as all others.
"""

from __future__ import annotations

from typing import Any

from reconciler.remote.http.rows import Row
from reconciler.remote.marks.foreign_marks import unmarked
from reconciler.remote.marks.markers import (
    KEY,
    address_tag,
    agent_tags,
    describe,
    metadata_entry,
    project_tag,
    set_tag,
    tool_tags,
    user_tag,
)
from reconciler.values import Marker


def as_marked(kind: str, row: Row, marker: Marker) -> dict[str, Any]:
    """The row with this mark and no other."""
    bare = unmarked(row)
    tags, metadata = list(bare.get("tags") or ()), dict(bare.get("metadata") or {})
    match kind:
        case "agent":
            entry = {**metadata, KEY: metadata_entry(marker)}
            return {**bare, "tags": [*tags, *agent_tags(marker)], "metadata": entry}
        case "block":
            return {**bare, "tags": [*tags, *agent_tags(marker)]}
        case "tool":
            return {**bare, "tags": [*tags, *tool_tags(marker)]}
        case "source":
            return {**bare, "metadata": {**metadata, KEY: metadata_entry(marker)}}
        case _:
            return {**bare, "description": describe(str(bare.get("description") or ""), marker)}


def is_whole(kind: str, row: Row, marker: Marker) -> bool:
    """Whether everything a list is filtered by, and an agent's metadata, still name the marker."""
    if kind not in ("agent", "block"):
        return True
    owner = marker.address.owner
    wanted = {
        project_tag(marker.project),
        set_tag(marker.project, owner),
        address_tag(marker.address),
        *(() if owner.is_shared else (user_tag(owner.user),)),
    }
    has_tags = wanted <= set(map(str, row.get("tags") or ()))
    return has_tags and (kind == "block" or KEY in (row.get("metadata") or {}))
