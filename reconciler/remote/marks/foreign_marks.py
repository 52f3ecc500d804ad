"""Who else says that a resource is theirs, and how their mark comes off.

In: one raw row. Out: the name of another owner, or the row without any mark of ours or theirs. Pure. It must
not know what is done about a foreign owner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.remote.http.rows import Row, mapping, optional, texts
from reconciler.remote.marks.markers import (
    KEY,
    MANAGED_BY,
    description_project,
    marker_from_metadata,
    marker_from_tags,
    read_description,
    tag_projects,
    without_bookkeeping,
)

_MANAGED = "managed-by:"
_OTHER_TOOLS = ("lettactl",)
"""Tools known to leave keys of their own in metadata: `<tool>` or `<tool>.<anything>`."""


def foreign_owner(row: Row, project: str) -> str:
    """Whose mark a row carries beside or instead of ours; empty when nobody else's."""
    others = sorted(_projects(row) - {project})
    if others:
        return f"project {others[0]!r}"
    tags = [tag for tag in texts(row, "tags", "resource") if tag.startswith(_MANAGED) and tag != MANAGED_BY]
    if tags:
        return tags[0].removeprefix(_MANAGED)
    metadata = mapping(row, "metadata", "resource")
    tools = [
        tool
        for tool in _OTHER_TOOLS
        for key in metadata
        if key == tool or key.startswith((f"{tool}.", f"{tool}:"))
    ]
    return tools[0] if tools else ""


def unmarked(row: Row) -> dict[str, Any]:
    """The row without marks of this tool, whatever the project, and without `managed-by` tags."""
    clean = dict(row)
    if row.get("tags") is not None:
        clean["tags"] = _plain_tags(row)
    if isinstance(row.get("metadata"), dict):
        clean["metadata"] = {key: value for key, value in row["metadata"].items() if key != KEY}
    if isinstance(row.get("description"), str):
        clean["description"] = _plain_description(row["description"])
    return clean


def _projects(row: Row) -> set[str]:
    entry = mapping(row, "metadata", "resource").get(KEY)
    named = {str(entry.get("project"))} if isinstance(entry, dict) else set()
    described = description_project(optional(row, "description", str, "resource") or "")
    return named | set(tag_projects(texts(row, "tags", "resource"))) | ({described} if described else set())


def _plain_tags(row: Row) -> list[str]:
    """Tags of the multi-user convention are only ours to take when a marker says for whom they stand."""
    tags: Iterable[str] = texts(row, "tags", "resource")
    metadata: Mapping[str, Any] = mapping(row, "metadata", "resource")
    for project in sorted(_projects(row)):
        marker = marker_from_metadata(metadata, project) or marker_from_tags(tags, project)
        tags = without_bookkeeping(tags, marker)
    return [tag for tag in tags if not tag.startswith((_MANAGED, f"{KEY}:"))]


def _plain_description(text: str) -> str:
    project = description_project(text)
    return read_description(text, project)[0] if project else text
