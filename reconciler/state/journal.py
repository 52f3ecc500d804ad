"""What was about to be written and what came of it, so that a run that died can be cleared up.

In: operations, before and after they are sent. Out: intents nobody ended. Rows are only added; those of ended
writes are dropped when there are too many. It must not be asked whether something exists: the server is.
A commit costs no fsync (with a write-ahead log): it survives the process, which is what dies here; after a
power cut the last rows may be missing, and the markers on the server still tell everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from reconciler.state.store import State
from reconciler.values import Address, Operation

_KEPT = 20_000
"""Rows beyond the newest so many are dropped."""
_INSERT = "INSERT INTO journal (run, event, intent, operation, address, at) VALUES (?, ?, ?, ?, ?, ?)"
_OPEN = """
    SELECT number, run, operation, address, at FROM journal AS intent WHERE event = 'intent'
    AND NOT EXISTS (SELECT 1 FROM journal WHERE intent = intent.number) ORDER BY number
"""


class Ending(Enum):
    """How an intent ended."""

    DONE = "done"
    FAILED = "failed"
    """The server refused, or it was never sent."""
    FOUND = "found"
    """A later run looked: it had happened."""
    ABSENT = "absent"
    """A later run looked: it had not."""
    REPEATABLE = "repeatable"
    """A later run plans it again if it is still needed: doing it twice does no harm."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that may or may not have happened."""

    number: int
    run: str
    operation: str
    address: Address
    at: datetime


class Journal:
    """The journal of one run; thread-safe as the state is."""

    def __init__(self, state: State, run: str) -> None:
        self._state = state
        self._run = run

    def intend(self, operation: Operation) -> int:
        """Note a write that is about to be sent; the number is for ending it."""
        return self._add("intent", None, _name(operation), operation.address)

    def end(self, number: int, operation: Operation, ending: Ending) -> None:
        """Note what became of it."""
        self._add(ending.value, number, _name(operation), operation.address)

    def settle(self, intent: Intent, ending: Ending) -> None:
        """End what another run left open."""
        self._add(ending.value, intent.number, intent.operation, intent.address)

    def open_intents(self) -> Iterator[Intent]:
        """Writes of any run that nobody ended, oldest first."""
        for number, run, operation, address, at in self._state.rows(_OPEN):
            yield Intent(number, run, operation, Address.parse(address), datetime.fromisoformat(at))

    def trim(self) -> None:
        """Drop the oldest rows once all intents are ended."""
        newest = self._state.rows("SELECT coalesce(max(number), 0) FROM journal")[0][0]
        with self._state.transaction() as connection:
            connection.execute("DELETE FROM journal WHERE number <= ?", (newest - _KEPT,))

    def _add(self, event: str, intent: int | None, operation: str, address: Address) -> int:
        row = (self._run, event, intent, operation, str(address), self._state.now().isoformat())
        with self._state.transaction() as connection:
            return int(connection.execute(_INSERT, row).lastrowid or 0)


def _name(operation: Operation) -> str:
    return type(operation).__name__.lower()
