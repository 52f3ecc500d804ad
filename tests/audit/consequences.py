"""What the server does by itself because of what was written: a closed list, `consequences.yaml`.

In: a difference nobody announced, what was announced, both snapshots. Out: the entry that explains it.
An entry explains a difference only where its cause was announced on the very row the difference hangs on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.audit.claims import Claim
from tests.audit.differences import ADDED, CHANGED, REMOVED, Difference
from tests.audit.snapshot import Row, Snapshot

_FILE = Path(__file__).with_name("consequences.yaml")
_OWN = frozenset(
    {"id", "created_at", "updated_at", "_created_by_id", "_last_updated_by_id", "file_name", "is_owner"}
)
"""Columns that two rows of the same content do not share.

The name of a file begins with its folder's. Who made an archive (`is_owner`) is written by the server alone,
and read nowhere.
"""


@dataclass(frozen=True)
class Through:
    """Rows of a table in between, such as those that attach a block to agents."""

    table: str
    effect: Mapping[str, str]
    """Column in between to column of the effect."""
    cause: Mapping[str, str]
    """Column in between to column of the cause."""


@dataclass(frozen=True)
class Consequence:
    """One thing the server does by itself."""

    name: str
    fact: str
    cause: tuple[str, frozenset[str], frozenset[str]]
    """Table, what was done to its row, and columns of which at least one moved (none: any)."""
    tables: frozenset[str]
    ops: frozenset[str]
    columns: frozenset[str]
    same: Mapping[str, str] = field(default_factory=dict)
    """Column of the effect to column of the cause."""
    through: Through | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    """What the row of the effect must hold."""
    named: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Column of the effect to a row it names, of which a column must be one of some values."""
    carried: str = ""
    """The effect's column that names the replaced row: it must be there for the successor, or have been."""

    def explains(self, d: Difference) -> bool:
        """Whether the difference is of this sort at all."""
        return (
            d.table in self.tables
            and d.op in self.ops
            and (d.op != CHANGED or d.column in self.columns or d.column.partition(".")[0] in self.columns)
            and all(_fits(d.row.get(column), value) for column, value in self.where.items())
        )

    def is_caused_by(self, claim: Claim) -> bool:
        """Whether a claim is of the sort this comes from."""
        table, ops, columns = self.cause
        return (
            claim.table == table
            and bool((claim.causes or claim.ops) & ops or not ops)
            and (not columns or claim.columns is None or any(claim.moves(each) for each in columns))
        )


def read_consequences() -> tuple[Consequence, ...]:
    """As they are in the file."""
    return tuple(map(_consequence, yaml.safe_load(_FILE.read_text(encoding="utf-8"))))


class Explained:
    """Looks for the entry that explains a difference, in one stretch of a test."""

    def __init__(
        self, entries: Iterable[Consequence], claims: Iterable[Claim], before: Snapshot, after: Snapshot
    ) -> None:
        claims = list(claims)
        self._causes = [(entry, [c for c in claims if entry.is_caused_by(c)]) for entry in entries]
        self._before, self._after = before, after
        self._successors = {c.match["id"]: c.successor for c in claims if c.successor and "id" in c.match}

    def by(self, difference: Difference) -> Consequence | None:
        """The entry, or None when the server has no such habit."""
        for entry, causes in self._causes:
            if causes and entry.explains(difference) and self._hangs_on(entry, causes, difference):
                return entry
        return None

    def _is_named(self, entry: Consequence, row: Row) -> bool:
        """Whether the rows that the effect names are those the entry means."""
        for column, wanted in entry.named.items():
            rows = (s.rows(wanted["table"]).get(str(row[column])) for s in (self._before, self._after))
            if not any(found is not None and found[wanted["column"]] in wanted["is"] for found in rows):
                return False
        return True

    def _hangs_on(self, entry: Consequence, causes: list[Claim], difference: Difference) -> bool:
        if not self._is_named(entry, difference.row):
            return False
        if entry.carried:
            return any(self._is_carried(entry.carried, cause, difference) for cause in causes)
        if entry.through is not None:
            return any(self._is_linked(entry, cause, difference.row) for cause in causes)
        return any(_matches(entry.same, difference.row, cause.match) for cause in causes)

    def _is_linked(self, entry: Consequence, cause: Claim, effect: Row) -> bool:
        through = entry.through
        assert through is not None
        return _matches(entry.same, effect, cause.match) and any(
            all(row[column] == effect.get(name) for column, name in through.effect.items())
            and all(row[column] == cause.match.get(name) for column, name in through.cause.items())
            for row in self._rows(through.table)
        )

    def _is_carried(self, column: str, cause: Claim, difference: Difference) -> bool:
        """Whether the same hangs on the other of the two rows."""
        old, new = cause.match.get("id"), cause.successor
        mine, other = (old, new) if difference.op == REMOVED else (new, old)
        where = self._after if difference.op == REMOVED else self._before
        if not new or difference.row.get(column) != mine or difference.op == CHANGED:
            return False
        wanted = self._succeeded(_content({**difference.row, column: other}))
        rows = map(_content, where.rows(difference.table).values())
        return any(self._succeeded(row) == wanted for row in rows)

    def _succeeded(self, row: Row) -> dict[str, Any]:
        """The row with successors for what was replaced: what hangs there may be replaced in the same run."""
        return {
            column: self._successors.get(value, value) if isinstance(value, str) else value
            for column, value in row.items()
        }

    def _rows(self, table: str) -> Iterator[Row]:
        yield from self._before.rows(table).values()
        yield from self._after.rows(table).values()


def _content(row: Row) -> dict[str, Any]:
    return {column: value for column, value in row.items() if column not in _OWN}


def _matches(same: Mapping[str, str], effect: Row, cause: Mapping[str, Any]) -> bool:
    return all(
        effect.get(here) is not None and effect.get(here) == cause.get(there) for here, there in same.items()
    )


def _fits(value: Any, wanted: Any) -> bool:
    return value in wanted if isinstance(wanted, list) else value == wanted


def _list(value: Any) -> frozenset[str]:
    return frozenset([value] if isinstance(value, str) else value or ())


def _consequence(entry: Mapping[str, Any]) -> Consequence:
    cause, effect = entry["cause"], entry["effect"]
    return Consequence(
        name=entry["name"],
        fact=entry["fact"],
        cause=(cause["table"], _list(cause.get("op")), _list(cause.get("columns"))),
        tables=_list(effect["table"]),
        ops=_list(effect.get("op", [ADDED, REMOVED, CHANGED])),
        columns=_list(effect.get("columns")),
        same=entry.get("same", {}),
        through=Through(**entry["through"]) if "through" in entry else None,
        where=effect.get("where", {}),
        named=effect.get("named", {}),
        carried=entry.get("carried", ""),
    )
