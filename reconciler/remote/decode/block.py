"""A block as the server shows it, in canonical form.

In: one row of the block list. Out: a LiveResource. Blocks inside an agent come without tags (letta 0.16.8,
measured).
"""

from __future__ import annotations

from reconciler.kinds import BLOCK
from reconciler.remote.decode.plain import plain_leaves
from reconciler.remote.http.rows import Row, entries, mapping, members, required, texts
from reconciler.remote.marks.markers import marker_from_tags, without_bookkeeping
from reconciler.values import LiveResource


def decode_block(row: Row, project: str) -> LiveResource:
    """A block of anybody; ours has a marker."""
    tags = texts(row, "tags", "block")
    marker = marker_from_tags(tags, project)
    leaves = plain_leaves(row, BLOCK)
    leaves |= entries("metadata", mapping(row, "metadata", "block"))
    leaves |= members("tags", without_bookkeeping(tags, marker))
    return LiveResource(
        "block", required(row, "id", "block"), required(row, "label", "block"), leaves, marker
    )
