"""A block as the server shows it, in canonical form.

In: one row of the block list. Out: a LiveResource. Blocks inside an agent come without tags (letta 0.16.8,
measured).
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.remote.http.rows import Row, entries, mapping, members, required, scalars, texts
from reconciler.remote.marks.markers import marker_from_tags, without_bookkeeping
from reconciler.values import LiveResource

_SCALARS: Mapping[str, type] = {
    "label": str,
    "value": str,
    "description": str,
    "limit": int,
    "read_only": bool,
    "hidden": bool,
}


def decode_block(row: Row, project: str) -> LiveResource:
    """A block of anybody; ours has a marker."""
    tags = texts(row, "tags", "block")
    marker = marker_from_tags(tags, project)
    leaves = scalars(row, _SCALARS, "block")
    leaves |= entries("metadata", mapping(row, "metadata", "block"))
    leaves |= members("tags", without_bookkeeping(tags, marker))
    return LiveResource(
        "block", required(row, "id", "block"), required(row, "label", "block"), leaves, marker
    )
