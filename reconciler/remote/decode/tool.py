"""A tool as the server shows it, in canonical form.

In: one row of the tool list. Out: a LiveResource. The JSON schema is left out: it follows from the source.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.remote.http.rows import Row, members, required, rows, scalars, texts, without_nulls
from reconciler.remote.marks.markers import marker_from_tags, without_bookkeeping
from reconciler.values import LiveResource

_SCALARS: Mapping[str, type] = {
    "source_code": str,
    "description": str,
    "return_char_limit": int,
    "default_requires_approval": bool,
    "enable_parallel_execution": bool,
}


def decode_tool(row: Row, project: str) -> LiveResource:
    """A tool of anybody; ours has a marker."""
    tags = texts(row, "tags", "tool")
    marker = marker_from_tags(tags, project)
    leaves = scalars(row, _SCALARS, "tool")
    for field in ("pip_requirements", "npm_requirements"):
        packages = [without_nulls(package) for package in rows(row, field, "tool")]
        if packages:
            leaves[field] = list(packages)
    leaves |= members("tags", without_bookkeeping(tags, marker))
    return LiveResource("tool", required(row, "id", "tool"), required(row, "name", "tool"), leaves, marker)
