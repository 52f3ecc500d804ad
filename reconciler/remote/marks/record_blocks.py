"""The record of each set on the server: one block, hidden, read-only and attached to nothing.

In: rows, or an owner and a record. Out: records by set, and problems where a block is not one record of one
set. A record is told by a tag of its own; it bears the tags of its project and its set as well, so that it is
in every list of blocks that is asked for anyway, and no address, so that it is never taken for a resource.

Who writes one holds the lock that keeps all others out, and has read it under that lock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.errors import Diagnostic, MalformedAnswer, NotFound, ReconcilerError
from reconciler.record import AT_ONCE, NewerRecord, decode_record, encode_record, is_over
from reconciler.remote.http.pages import OLDEST_FIRST, Gets, list_rows
from reconciler.remote.http.retry import Safety
from reconciler.remote.http.rows import required, texts
from reconciler.remote.http.transport import Request, Sends
from reconciler.remote.marks.markers import KEY, MANAGED_BY, project_tag, set_tag
from reconciler.values import Owner, SetRecord

LABEL = f"{KEY}-record"
_RECORD = f"{KEY}:record="
_DESCRIPTION = "what the reconciler remembers of one set; not part of any agent's memory"
_SMALLEST_LIMIT = 100_000
"""Characters; the server does not check a limit, but shows it."""
_HIDDEN = ("show_hidden_blocks", "true")


@dataclass(frozen=True, slots=True)
class Records:
    """What is remembered of each set, and sets of which that cannot be told."""

    records: Mapping[Owner, SetRecord] = field(default_factory=dict)
    unreadable: Mapping[Owner, Diagnostic] = field(default_factory=dict)


def record_tag(project: str, owner: Owner) -> str:
    """On the one block that holds the record of this set."""
    return f"{_RECORD}{project}/{owner}"


def is_record(row: Mapping[str, Any], project: str) -> bool:
    """Whether a block holds a record of this project."""
    return any(tag.startswith(f"{_RECORD}{project}/") for tag in texts(row, "tags", "block"))


def read_records(rows: Iterable[Mapping[str, Any]], project: str) -> Records:
    """The records in these blocks."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        prefix = f"{_RECORD}{project}/"
        tags = texts(row, "tags", "block")
        names = {tag.removeprefix(prefix) for tag in tags if tag.startswith(prefix)}
        for name in names:
            found.setdefault(name, []).append(row)
    records, unreadable = {}, {}
    for name, blocks in found.items():
        try:
            owner = Owner.parse(name)
        except ValueError:
            continue
        read = _read(project, owner, blocks)
        if isinstance(read, SetRecord):
            records[owner] = read
        else:
            unreadable[owner] = read
    return Records(records, unreadable)


def records_of(transport: Gets, project: str, owners: Collection[Owner]) -> Records:
    """The records of these sets as they are now: one request for each 20 of them."""
    tags = [record_tag(project, owner) for owner in sorted(owners, key=str)]
    rows = []
    for start in range(0, len(tags), AT_ONCE):
        query = (*(("tags", tag) for tag in tags[start : start + AT_ONCE]), OLDEST_FIRST, _HIDDEN)
        rows += list_rows(transport, "/v1/blocks/", "read what is remembered of these sets", query)
    return read_records(rows, project)


def write_record(transport: Sends, before: SetRecord | None, record: SetRecord) -> SetRecord:
    """Put the record in the place of the one before; one that knows nothing is taken away.

    Out: the record with the id of its block.
    MalformedAnswer when the server does not say what a new block is called.
    """
    there = before.id if before is not None else ""
    path, task = f"/v1/blocks/{there}", f"remember {record.owner}"
    if is_over(record):
        if there:
            _delete(transport, path, task)
        return replace(record, id="")
    value = encode_record(record)
    body: dict[str, Any] = {"value": value, "limit": max(_SMALLEST_LIMIT, len(value))}
    if there:
        transport.send(Request("PATCH", path, task, Safety.REPEATABLE, body=body))
        return replace(record, id=there)
    tags = [
        MANAGED_BY,
        project_tag(record.project),
        set_tag(record.project, record.owner),
        record_tag(record.project, record.owner),
    ]
    more = {"label": LABEL, "description": _DESCRIPTION, "read_only": True, "hidden": True, "tags": tags}
    made = transport.send(Request("POST", path, task, Safety.CREATE, body=body | more))
    return replace(record, id=required(made if isinstance(made, dict) else {}, "id", LABEL))


def _delete(transport: Sends, path: str, task: str) -> None:
    try:
        transport.send(Request("DELETE", path, task))
    except NotFound:
        return


def _read(project: str, owner: Owner, blocks: list[Mapping[str, Any]]) -> SetRecord | Diagnostic:
    ids = ", ".join(sorted(str(block.get("id")) for block in blocks))
    if len(blocks) > 1:
        return Diagnostic(
            f"{owner} has {len(blocks)} records: {ids}",
            why="one was copied from the other, and nothing tells which is right",
            hint="delete the copies; with all of them deleted the next apply writes it anew from the marks",
        )
    (block,) = blocks
    try:
        record = decode_record(str(block.get("value") or ""))
        if (record.project, record.owner) != (project, owner):
            raise MalformedAnswer(f"it is the record of {record.owner} of project {record.project!r}")
    except NewerRecord as error:
        return Diagnostic(f"the record of {owner} ({ids}): {error.summary}", why=error.why, hint=error.hint)
    except ReconcilerError as error:
        return Diagnostic(
            f"the record of {owner} ({ids}): {error.summary}",
            why=error.why or "somebody wrote over it",
            hint=f"delete the block {ids}: the next apply writes the record anew from the marks",
        )
    return replace(record, id=str(block["id"]))
