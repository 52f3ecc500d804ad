"""Old values of blocks: whatever an apply writes over or deletes is put here first.

In: an address and the value that is about to end. Out: numbered entries, newest first. The newest `KEPT`
of each address stay, older ones go. It must not know how values are written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reconciler.state.store import State
from reconciler.values import Address

KEPT = 50
"""How many old values of one address are kept; numbers are never given twice."""

_ONTO_THE_DISK = "PRAGMA wal_checkpoint(PASSIVE)"
"""A commit alone survives the process; this syncs, so that a power cut cannot take the value back."""
_COLUMNS = "address, n, path, value, why, replaced_at"


@dataclass(frozen=True, slots=True)
class OldValue:
    """One value that ended."""

    address: Address
    number: int
    """Counts from 1 for each address."""
    path: str
    value: str
    why: str
    """The reason of the change that ended it."""
    replaced_at: str
    """ISO 8601 in UTC."""


class History:
    """The old values of one project."""

    def __init__(self, state: State) -> None:
        self._state = state

    def keep(self, address: Address, path: str, value: str, why: str) -> int:
        """Store one value, on the disk when this returns; its number. A value that was stored last is not
        stored again: a change that is tried twice ends one value."""
        with self._state.transaction() as connection:
            last = connection.execute(
                "SELECT n, path, value FROM history WHERE address = ? ORDER BY n DESC LIMIT 1",
                (str(address),),
            ).fetchone()
            if last is not None and last[1:] == (path, value):
                return int(last[0])
            number = int(last[0]) + 1 if last else 1
            connection.execute(
                f"INSERT INTO history ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",
                (str(address), number, path, value, why, self._state.now().isoformat(timespec="seconds")),
            )
            connection.execute(
                "DELETE FROM history WHERE address = ? AND n <= ?", (str(address), number - KEPT)
            )
        self._state.rows(_ONTO_THE_DISK)
        return number

    def move(self, old: Address, new: Address) -> None:
        """A renamed resource keeps its old values; where the new address has some already, both stay."""
        with self._state.transaction() as connection:
            connection.execute(
                "UPDATE history SET address = ? WHERE address = ?"
                " AND NOT EXISTS (SELECT 1 FROM history WHERE address = ?)",
                (str(new), str(old), str(new)),
            )

    def of(self, address: Address) -> Iterator[OldValue]:
        """All of one address, newest first."""
        sql = f"SELECT {_COLUMNS} FROM history WHERE address = ? ORDER BY n DESC"
        return map(_old_value, self._state.rows(sql, str(address)))

    def get(self, address: Address, number: int) -> OldValue | None:
        """One entry."""
        sql = f"SELECT {_COLUMNS} FROM history WHERE address = ? AND n = ?"
        return next(map(_old_value, self._state.rows(sql, str(address), number)), None)

    def addresses(self) -> list[Address]:
        """Every address that has old values."""
        rows = self._state.rows("SELECT DISTINCT address FROM history ORDER BY address")
        return [Address.parse(address) for (address,) in rows]


def _old_value(row: tuple[Any, ...]) -> OldValue:
    address, number, path, value, why, replaced_at = row
    return OldValue(Address.parse(address), number, path, value, why, replaced_at)
