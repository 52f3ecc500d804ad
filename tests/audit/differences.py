"""What is not as it was between two snapshots, row by row and column by column.

In: two snapshots. Out: differences. It must not know why anything moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.audit.marks import split
from tests.audit.snapshot import Row, Snapshot

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True)
class Difference:
    """One row that came or went, or one column of a row that stayed."""

    table: str
    key: str
    op: str
    row: Row = field(repr=False)
    """The row as it is now; one that went, as it was."""
    column: str = ""
    """Of a JSON object, `column.key`; empty for a whole row."""
    before: Any = None
    after: Any = None


def differences(before: Snapshot, after: Snapshot) -> list[Difference]:
    """All of them, ordered by table and key."""
    tables = sorted(before.texts.keys() | after.texts.keys())
    return [difference for table in tables for difference in _of_table(table, before, after)]


def _of_table(table: str, before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    was, now = before.texts.get(table, {}), after.texts.get(table, {})
    for key in sorted(was.keys() | now.keys()):
        if key not in was:
            yield Difference(table, key, ADDED, after.row(table, key))
        elif key not in now:
            yield Difference(table, key, REMOVED, before.row(table, key))
        elif was[key] != now[key]:
            yield from _of_row(table, key, before.row(table, key), after.row(table, key))


def _of_row(table: str, key: str, was: Row, now: Row) -> Iterator[Difference]:
    for column in sorted(was.keys() | now.keys()):
        old, new = was.get(column), now.get(column)
        if old == new:
            continue
        olds, news = _parts(column, old, new), _parts(column, new, old)
        for part in sorted(olds.keys() | news.keys()):
            if olds.get(part) != news.get(part):
                yield Difference(table, key, CHANGED, now, part, olds.get(part), news.get(part))


def _parts(column: str, value: Any, other: Any) -> dict[str, Any]:
    """Nothing and an object differ by the keys of the object."""
    if value is None and isinstance(other, dict):
        return {}
    if value is None and isinstance(other, (str, list)) and len(split(column, other)) > 1:
        return {}
    return split(column, value)
