"""What may move, and what must have: the terms in which announcements are held against differences.

In: nothing. Out: records. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.audit.differences import ADDED, CHANGED, REMOVED, Difference
from tests.audit.snapshot import Row

REPLACED = "replaced"
"""As a cause only: the row made room for another one."""
ANY = frozenset({ADDED, REMOVED, CHANGED})


def _all(row: Row) -> bool:
    del row
    return True


@dataclass(frozen=True)
class Claim:
    """One thing that was announced: these rows of a table may come, go, or move in these columns.

    A table whose name begins with `#` is none of the server's: such a claim is only the cause of others.
    """

    said: str
    table: str
    match: Mapping[str, Any]
    ops: frozenset[str] = frozenset({CHANGED})
    columns: frozenset[str] | None = None
    """Columns or whole JSON columns that may move; None is all of them."""
    holds: Callable[[Row], bool] = _all
    """What else must be so of the row."""
    causes: frozenset[str] = frozenset()
    """As what it is a cause of consequences, where that is not what it does."""
    successor: str = ""
    """Of a replaced row: the id of the one that took its place."""

    def covers(self, difference: Difference) -> bool:
        """Whether this is what was announced."""
        return (
            self.table == difference.table
            and difference.op in self.ops
            and all(difference.row.get(column) == value for column, value in self.match.items())
            and (difference.op != CHANGED or self.moves(difference.column))
            and self.holds(difference.row)
        )

    def moves(self, column: str) -> bool:
        """Whether this column, or a part of it, was announced."""
        return self.columns is None or column in self.columns or column.partition(".")[0] in self.columns


@dataclass(frozen=True)
class Expected:
    """One thing that was announced and done: a row that must be there or not, and what it must hold."""

    said: str
    table: str
    match: Mapping[str, Any]
    is_there: bool = True
    holds: Mapping[str, Any] = field(default_factory=dict)
    """Column (or `column.key`) to the value it must have."""
