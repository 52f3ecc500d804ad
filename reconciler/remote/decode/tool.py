"""A tool as the server shows it, in canonical form.

In: one row of the tool list. Out: a LiveResource. The JSON schema is left out: it follows from the source.
"""

from __future__ import annotations

from reconciler.kinds import TOOL
from reconciler.remote.decode.plain import plain_leaves
from reconciler.remote.http.rows import Row, members, required, texts
from reconciler.remote.marks.markers import marker_from_tags, without_bookkeeping
from reconciler.values import LiveResource


def decode_tool(row: Row, project: str) -> LiveResource:
    """A tool of anybody; ours has a marker."""
    tags = texts(row, "tags", "tool")
    marker = marker_from_tags(tags, project)
    leaves = plain_leaves(row, TOOL)
    leaves |= members("tags", without_bookkeeping(tags, marker))
    return LiveResource("tool", required(row, "id", "tool"), required(row, "name", "tool"), leaves, marker)
