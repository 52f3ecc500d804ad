"""The rows of a simulated server, by kind, in the order they were made.

In: rows. Out: rows by id. Ids and times count up, so that one history gives the same bytes each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

Row = dict[str, Any]

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class Table:
    """All rows of one kind."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._made = 0
        self.rows: dict[str, Row] = {}

    def add(self, row: Row) -> Row:
        """Keep a new row under a new id."""
        self._made += 1
        row["id"] = f"{self._prefix}-{_uuid(self._prefix, self._made)}"
        self.rows[row["id"]] = row
        return row

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows.values())

    def get(self, row_id: str) -> Row | None:
        return self.rows.get(row_id)

    def remove(self, row_id: str) -> Row | None:
        return self.rows.pop(row_id, None)


class Clock:
    """A microsecond passes with each look at it."""

    def __init__(self) -> None:
        self._ticks = 0

    def now(self) -> str:
        self._ticks += 1
        return (_EPOCH + timedelta(microseconds=self._ticks)).isoformat().replace("+00:00", "Z")


def _uuid(prefix: str, number: int) -> str:
    """A well-formed version 4 uuid, another one for each kind."""
    kind = sum(prefix.encode()) % 0xFFFF
    return f"{kind:08x}-0000-4000-8000-{number:012x}"
