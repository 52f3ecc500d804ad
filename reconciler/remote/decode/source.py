"""A source (a folder) and its files as the server shows them, in canonical form.

In: one row of the folder list and the rows of its file list. Out: a LiveResource. The server keeps no
checksum of a file, so the marker's is taken while the size still is the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.kinds import SOURCE
from reconciler.remote.decode.plain import plain_leaves
from reconciler.remote.http.rows import (
    MutableLeaves,
    Row,
    entries,
    mapping,
    optional,
    required,
)
from reconciler.remote.marks.markers import KEY, files_from_metadata, marker_from_metadata
from reconciler.values import FileContent, LiveResource, digest, field_of, item_path

_LONGEST_TROUBLE = 200


def decode_source(row: Row, project: str, files: Iterable[Row] = ()) -> LiveResource:
    """A folder of anybody; ours has a marker."""
    metadata = mapping(row, "metadata", "source")
    marker = marker_from_metadata(metadata, project)
    leaves = plain_leaves(row, SOURCE)
    leaves |= entries(
        "metadata", {key: value for key, value in metadata.items() if key != KEY or marker is None}
    )
    known = files_from_metadata(metadata) if marker else {}
    found = _files(files, known)
    if marker:
        marker = replace(marker, base={**_uploaded(found, known), **marker.base})
    name = required(row, "name", "source")
    made = optional(row, "created_at", str, "source") or ""
    server_id = required(row, "id", "source")
    return LiveResource("source", server_id, name, leaves | found, marker, made=made)


def may_have_files(row: Row, project: str) -> bool:
    """Whether files were ever put into this folder by us."""
    metadata = mapping(row, "metadata", "source")
    marker = marker_from_metadata(metadata, project)
    return marker is not None and (
        bool(files_from_metadata(metadata)) or any(field_of(path) == "files" for path in marker.base)
    )


def file_name(row: Row) -> str:
    """What the file was called when it was uploaded."""
    name = optional(row, "original_file_name", str, "file")
    return name if name is not None else required(row, "file_name", "file")


def is_upload_of(row: Row, name: str, content: FileContent) -> bool:
    """Whether a row is this file: the same bytes, or the same size where the server is still at it."""
    held = optional(row, "content", str, "file")
    if file_name(row) != name or row.get("file_size") != content.size:
        return False
    if held is None:
        return row.get("processing_status") != "error"
    return _checksum(row, content.size) == content.sha256


def _uploaded(files: MutableLeaves, known: Mapping[str, FileContent]) -> dict[str, str]:
    """What was last applied to files made with their source: its marker was written before they were sent."""
    paths = ((item_path("files", name), content) for name, content in known.items())
    return {path: digest(content) for path, content in paths if path in files}


def _checksum(row: Row, size: int) -> str:
    """Known where the content was asked for and is what was uploaded, not text taken out of a PDF."""
    content = optional(row, "content", str, "file")
    data = content.encode("utf-8", "surrogatepass") if content is not None else b""
    return hashlib.sha256(data).hexdigest() if content is not None and len(data) == size else ""


def _files(rows: Iterable[Row], known: Mapping[str, FileContent]) -> MutableLeaves:
    """By name; of several the newest counts, and all of them are named."""
    leaves: MutableLeaves = {}
    for row in sorted(rows, key=lambda row: str(row.get("created_at"))):
        name, path = file_name(row), item_path("files", file_name(row))
        size = optional(row, "file_size", int, "file") or 0
        kept, older = known.get(name), leaves.get(path)
        sha256 = _checksum(row, size) or (kept.sha256 if kept and kept.size == size else "")
        ids = (*(older.ids if isinstance(older, FileContent) else ()), required(row, "id", "file"))
        leaves[path] = FileContent(sha256, size=size, ids=ids, trouble=trouble_of(row))
    return leaves


def trouble_of(row: Row) -> str:
    """Why the server could not process a file, in a line; empty when it could, or is still at it."""
    if row.get("processing_status") != "error":
        return ""
    said = (optional(row, "error_message", str, "file") or "").strip().partition("\n")[0]
    return said[:_LONGEST_TROUBLE] or "the server does not say why"
