"""The last applied text of every leaf that is merged: what a three-way merge starts from.

In: address, path and text. Out: the text again, when it is still the one a marker's digest names. Lost, it
costs a merge, never a value: then a conflict is reported.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.state.store import State
from reconciler.values import Address, digest


@dataclass(frozen=True, slots=True)
class AppliedText:
    """What was last written to one leaf, as the manifests had it."""

    address: Address
    path: str
    text: str


class Texts:
    """The base texts of one project."""

    def __init__(self, state: State) -> None:
        self._state = state

    def find(self, address: Address, path: str, base: str) -> str | None:
        """The text of this digest, when it is the one that was stored last."""
        sql = "SELECT text FROM texts WHERE address = ? AND path = ? AND digest = ?"
        rows = self._state.rows(sql, str(address), path, base)
        return str(rows[0][0]) if rows else None

    def remember(self, applied: Iterable[AppliedText]) -> None:
        """Write these, all or none; a text that is stored already is not written again."""
        rows = [(str(each.address), each.path, digest(each.text), each.text) for each in applied]
        known = set(self._state.rows("SELECT address, path, digest FROM texts")) if rows else set()
        new = [row for row in rows if row[:3] not in known]
        if new:
            with self._state.transaction() as connection:
                connection.executemany("INSERT OR REPLACE INTO texts VALUES (?, ?, ?, ?)", new)

    def forget(self, addresses: Iterable[Address]) -> None:
        """Drop everything of these, all or none."""
        rows = [(str(address),) for address in addresses]
        if rows:
            with self._state.transaction() as connection:
                connection.executemany("DELETE FROM texts WHERE address = ?", rows)
