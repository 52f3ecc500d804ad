"""Which announcements did not come true, of what the outcome says is done.

In: what must be so, and how things are afterwards. Out: what is not so, and how. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tests.audit.claims import Expected
from tests.audit.findings import short
from tests.audit.marks import split
from tests.audit.snapshot import Row, Snapshot


def broken(expected: Iterable[Expected], after: Snapshot) -> Iterator[tuple[Expected, str, str]]:
    """What is not so, with the column and the reason in words."""
    for each in expected:
        found = [row for row in _rows(after, each) if _has(row, each)]
        if bool(found) is not each.is_there:
            yield each, "", "is not there" if each.is_there else "is still there"
            continue
        for column, wanted in each.holds.items() if each.is_there else ():
            value = _held(found[0], column)
            if not _is_same(value, wanted):
                yield each, column, f"has {short(value)} in {column}, not {short(wanted)}"


def _rows(after: Snapshot, expected: Expected) -> Iterable[Row]:
    if set(expected.match) == {"id"}:
        key = str(expected.match["id"])
        return [after.row(expected.table, key)] if key in after.texts.get(expected.table, {}) else []
    return after.rows(expected.table).values()


def _has(row: Row, expected: Expected) -> bool:
    return all(row.get(column) == value for column, value in expected.match.items())


def _held(row: Row, column: str) -> Any:
    """The value of a column, or of a key of a JSON column; marks are left out."""
    name = column.partition(".")[0]
    return split(name, row.get(name)).get(column)


def _is_same(value: Any, wanted: Any) -> bool:
    """Nothing and empty are one value; a value in a wrapping of the plan's JSON is not compared."""
    if isinstance(wanted, dict) and any(str(key).startswith("$") for key in wanted):
        return True
    return value == wanted or (value in _BLANK and wanted in _BLANK)


_BLANK: tuple[Any, ...] = (None, "", [], {})
