"""A source as it is sent: a folder, strict about unknown fields (letta 0.16.8, measured).

In: leaves and a marker. Out: a body. What was applied to files is not in the marker of a create request: the
files come after it, and a run that is killed in between must send them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.kinds import SOURCE
from reconciler.remote.encode.common import Body, changed_fields, entries, items, plain_fields, sends
from reconciler.remote.marks.markers import KEY, files_entry, metadata_entry
from reconciler.values import Create, FileContent, Leaves, Marker, Update, field_of


def source_create(create: Create) -> Body:
    """Everything declared but the files."""
    base = {path: digest for path, digest in create.marker.base.items() if field_of(path) != "files"}
    return {
        **plain_fields(create.leaves, SOURCE.plain),
        "name": create.server_name,
        "metadata": _metadata(create.leaves, replace(create.marker, base=base), {}),
    }


def source_update(update: Update, sent: Mapping[str, FileContent | None]) -> Body:
    """`sent` are the files put there (or, None, taken away) since the plan was made. Digests of files that
    count as applied no longer are not kept: they would make them so again."""
    body = changed_fields(update, SOURCE.plain)
    if not sends(update, "metadata"):
        return body
    after = {
        path: leaf for path, leaf in update.after.items() if field_of(path) != "files" or path in update.base
    }
    return body | {"metadata": _metadata(after, update.marker, sent)}


def _metadata(leaves: Leaves, marker: Marker | None, sent: Mapping[str, FileContent | None]) -> Body:
    if marker is None:
        return entries(leaves, "metadata")
    files = {name: leaf for name, leaf in items(leaves, "files").items() if isinstance(leaf, FileContent)}
    after = {name: leaf for name, leaf in (files | dict(sent)).items() if leaf is not None}
    entry = {**metadata_entry(marker), "files": files_entry(after)}
    return {**entries(leaves, "metadata"), KEY: entry}
