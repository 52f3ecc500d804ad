"""A resource that has nothing but fields, as the server shows it, in canonical form: a block, a tool.

In: one row of a list. Out: a LiveResource. Blocks inside an agent come without tags (letta 0.16.8, measured).
The JSON schema of a tool is left out: it follows from the source.
"""

from __future__ import annotations

from reconciler.kinds import Kind
from reconciler.remote.decode.plain import plain_leaves
from reconciler.remote.http.rows import Row, entries, mapping, members, required, texts
from reconciler.remote.marks.markers import marker_from_tags, without_bookkeeping
from reconciler.values import LiveResource


def decode_simple(kind: Kind, row: Row, project: str) -> LiveResource:
    """A resource of anybody; ours has a marker in its tags."""
    name = kind.name
    tags = texts(row, "tags", name)
    marker = marker_from_tags(tags, project)
    leaves = plain_leaves(row, kind)
    if "metadata" in kind.by_name:
        leaves |= entries("metadata", mapping(row, "metadata", name))
    leaves |= members("tags", without_bookkeeping(tags, marker))
    return LiveResource(name, required(row, "id", name), required(row, kind.called_by, name), leaves, marker)
