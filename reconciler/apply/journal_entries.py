"""The notes an apply takes around every write.

In: an operation, before and after it is sent. Out: an intent that stays open when nobody knows what became of
it. A journal that cannot be written stops nothing: the markers on the server tell what happened, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

from reconciler.errors import ReconcilerError, StateError, UnknownOutcome
from reconciler.state import Ending, Journal
from reconciler.values import Operation


class Records(Protocol):
    """What the Executor asks of whoever takes notes."""

    def recording(self, operation: Operation) -> AbstractContextManager[None]:
        """The block sends this write."""


class NoRecords:
    """Takes no notes."""

    def recording(self, operation: Operation) -> AbstractContextManager[None]:
        """Nothing."""
        del operation
        return nullcontext()


NO_RECORDS = NoRecords()


class JournalRecords:
    """Takes notes in the journal; the first failure is told, then it goes on without."""

    def __init__(self, journal: Journal, failed: Callable[[StateError], None]) -> None:
        self._journal: Journal | None = journal
        self._failed = failed

    @contextmanager
    def recording(self, operation: Operation) -> Iterator[None]:
        """An unknown outcome, or a process that dies, leaves the intent open."""
        number = self._intend(operation)
        try:
            yield
        except UnknownOutcome:
            raise
        except ReconcilerError:
            self._end(number, operation, Ending.FAILED)
            raise
        self._end(number, operation, Ending.DONE)

    def _intend(self, operation: Operation) -> int:
        try:
            return self._journal.intend(operation) if self._journal else 0
        except StateError as error:
            self._give_up(error)
            return 0

    def _end(self, number: int, operation: Operation, ending: Ending) -> None:
        try:
            if self._journal and number:
                self._journal.end(number, operation, ending)
        except StateError as error:
            self._give_up(error)

    def _give_up(self, error: StateError) -> None:
        first, self._journal = self._journal is not None, None
        if first:
            self._failed(error)
