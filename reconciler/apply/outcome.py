"""What became of a plan, change by change.

In: results as they come. Out: a frozen account that says what is done, failed, skipped and never
started, and the exit code that follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from reconciler.errors import ReconcilerError
from reconciler.plan.model import Change
from reconciler.values import Address, Owner


class Status(Enum):
    """How one change ended."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    """Something it needs failed."""
    NOT_STARTED = "not_started"
    """The run was stopped before its turn."""


@dataclass(frozen=True, slots=True)
class Result:
    """The end of one change."""

    change: Change
    status: Status
    error: ReconcilerError | None = None
    because: Address | None = None
    """For a skipped change: what it waited for."""
    id: str = ""
    """Server id of the resource now; empty when there is none."""
    saved_at: str = ""
    """The file an agent's messages were saved to before it was deleted."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that agents cannot find yet, or not at all: `trouble` is why."""

    address: Address
    name: str
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a run, results in plan order."""

    results: tuple[Result, ...]
    writes: int = 0
    reads: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    left_running: int = 0
    """Changes nobody waited for: the server may still be at them."""
    unrecorded: Mapping[Owner, ReconcilerError] = field(default_factory=dict)
    """Sets whose record could not be written; the next apply writes it."""
    serials: Mapping[Owner, int] = field(default_factory=dict)
    """Sets whose record was written, to the number of that write."""
    processing: tuple[SentFile, ...] = ()
    """Files the server has and may not have read yet."""
    unusable: tuple[SentFile, ...] = ()
    """Files it could not process; only known where somebody waited."""
    not_kept: Mapping[Address, frozenset[str]] = field(default_factory=dict)
    """Paths of JSON fields that were written and the server did not keep, by resource."""
    closed: tuple[tuple[Address, Address], ...] = ()
    """Agents, each with a source that hangs on it again and whose files the server keeps closed to it."""

    def count(self, status: Status) -> int:
        """How many changes ended this way."""
        return sum(result.status is status for result in self.results)

    @property
    def is_complete(self) -> bool:
        """Whether everything planned is done."""
        return all(result.status is Status.DONE for result in self.results)

    @property
    def exit_code(self) -> int:
        """0 all done, 1 nothing done, 3 some done and some not, 130 stopped by the keyboard."""
        if self.interrupted:
            return 130
        if self.is_complete:
            return 3 if self.unrecorded or self.unusable or self.not_kept else 0
        return 3 if self.count(Status.DONE) else 1


class Observer(Protocol):
    """Told what happens while a plan is carried out; called from worker threads."""

    def started(self, change: Change) -> None:
        """A change begins."""

    def finished(self, result: Result) -> None:
        """A change ended, one way or another."""

    def stopping(self, running: int) -> None:
        """Somebody stopped the run; so many changes are still under way."""
