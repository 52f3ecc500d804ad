"""What of the rows is bookkeeping of the reconciler: marks, locks and records.

In: rows. Out: whether they, or which part of them, are marks, and the addresses that marks name. Written from
the outside: it shares no code with the product.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from tests.audit.snapshot import Row, Snapshot

_TOOL = "letta-reconciler"
_LOCK = f"{_TOOL} lock "
_ADDRESS = f"{_TOOL}:address="
_IN_TEXT = re.compile(rf"\n*\[{_TOOL} \d+ (\S+) (\S+) [^\]]*\]")
MARK = "#mark"
"""Ends the name of a part of a column that is bookkeeping."""


def is_mark_tag(tag: str) -> bool:
    """Whether a tag says whose a resource is; the convention for many users counts, since marks bring it."""
    return tag.startswith((f"{_TOOL}:", f"managed-by:{_TOOL}", "user:", "constellation:"))


def is_mark_column(column: str) -> bool:
    """Whether what moved is bookkeeping."""
    return column.endswith(MARK) or column.startswith(f"metadata_.{_TOOL}")


def is_lock(table: str, row: Row) -> bool:
    """Whether a row is the folder that locks a project, a shard or a set."""
    return table == "sources" and str(row["name"]).startswith(_LOCK)


def split(column: str, value: Any) -> dict[str, Any]:
    """A value by parts that move on their own: keys of a JSON object, and marks apart from the rest."""
    if isinstance(value, dict):
        return {f"{column}.{key}": each for key, each in value.items()}
    if column == "description" and isinstance(value, str) and (found := _IN_TEXT.search(value)):
        return {column: value[: found.start()] + value[found.end() :], column + MARK: found[0]}
    if column == "tags" and isinstance(value, list):
        marks = [tag for tag in value if is_mark_tag(str(tag))]
        return {column: sorted(set(value) - set(marks)), column + MARK: sorted(marks)}
    return {column: value}


def records(snapshot: Snapshot) -> frozenset[str]:
    """Ids of blocks that hold the record of a set: hidden, read-only, marked, attached to nothing."""
    attached = {row["block_id"] for row in snapshot.rows("blocks_agents").values()}
    marked = {row["block_id"] for row in snapshot.rows("blocks_tags").values() if is_mark_tag(row["tag"])}
    return frozenset(
        row["id"]
        for row in snapshot.rows("block").values()
        if row["hidden"] and row["read_only"] and row["id"] in marked and row["id"] not in attached
    )


def addresses(snapshot: Snapshot) -> dict[str, list[str]]:
    """Address to the ids of all rows that bear it."""
    found: dict[str, list[str]] = {}
    for address, server_id in _marked(snapshot):
        found.setdefault(address, []).append(server_id)
    return {address: sorted(ids) for address, ids in found.items()}


def _marked(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    for table, owner in (("agents_tags", "agent_id"), ("blocks_tags", "block_id")):
        for row in snapshot.rows(table).values():
            yield from _named([row["tag"]], row[owner])
    for row in snapshot.rows("tools").values():
        yield from _named(row["tags"] or [], row["id"])
    for row in snapshot.rows("sources").values():
        mark = (row["metadata_"] or {}).get(_TOOL)
        if isinstance(mark, dict) and "address" in mark:
            yield str(mark["address"]), row["id"]
    for row in snapshot.rows("groups").values():
        if found := _IN_TEXT.search(row["description"] or ""):
            yield unquote(found[2]), row["id"]


def _named(tags: list[Any], server_id: str) -> Iterator[tuple[str, str]]:
    for tag in tags:
        if str(tag).startswith(_ADDRESS):
            yield str(tag).removeprefix(_ADDRESS), server_id
