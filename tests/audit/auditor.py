"""Looks before the first and after the last of the commands that run at once, and has the stretch judged.

In: eyes, a judge, the ledger. Out: findings. Thread-safe: commands of several threads and
processes that overlap make one stretch.
"""

from __future__ import annotations

import threading
import time

from tests.audit.commands import Command, commands_of, deeds_of, writes_of
from tests.audit.findings import Finding
from tests.audit.judge import Judge, Stretch
from tests.audit.ledger import Ledger
from tests.audit.snapshot import Eyes, Snapshot

_LONGEST_PROCESSING = 60.0
"""Seconds; a file of the tests takes one to five."""
_GLANCE = 0.1
_PROCESSED = ("completed", "error")


class Auditor:
    """Audits one test."""

    def __init__(self, eyes: Eyes, judge: Judge, ledger: Ledger) -> None:
        self._eyes, self._judge, self.ledger = eyes, judge, ledger
        self._lock = threading.RLock()
        self._open = 0
        self._before: Snapshot | None = None
        self._noted = 0
        self._earlier: list[Command] = []
        self._broken: Exception | None = None
        self.findings: list[Finding] = []
        self.stretches = 0
        self.seconds = 0.0
        """Spent looking and judging."""
        self.waited = 0.0
        """Spent until the server had processed files."""

    def opened(self) -> None:
        """A command begins."""
        with self._lock:
            if not self._open:
                self._begin()
            self._open += 1

    def closed(self) -> None:
        """A command ended."""
        with self._lock:
            self._open -= 1
            if not self._open:
                self._try_to_end()

    def end(self) -> None:
        """The test is over: whatever still runs is judged by what it did so far."""
        with self._lock:
            if self._open:
                self._open = 0
                self._try_to_end()
            if self._broken is not None:
                raise self._broken

    def _try_to_end(self) -> None:
        """A fault of the auditor fails the test, but never the command it looks at."""
        try:
            self._end()
        except Exception as error:
            self._broken = self._broken or error

    def _begin(self) -> None:
        began = time.monotonic()
        self._noted = len(self.ledger.entries)
        self._before = self._eyes.look()
        self.seconds += time.monotonic() - began

    def _end(self) -> None:
        began, before = time.monotonic(), self._before
        assert before is not None
        noted = self.ledger.entries[self._noted :]
        commands = commands_of(noted)
        after = self._settled(commands)
        self.findings += self._judge.findings(
            Stretch(before, after, commands, tuple(self._earlier), deeds_of(noted), writes_of(noted))
        )
        self._earlier += [command for command in commands if command.may_go_on]
        self.stretches += 1
        self._before = None
        self.seconds += time.monotonic() - began

    def _settled(self, commands: list[Command]) -> Snapshot:
        """What there is once the server has processed the files that these commands brought."""
        after = self._eyes.look()
        if not any(map(_uploads, commands)):
            return after
        began = time.monotonic()
        while _is_processing(after) and time.monotonic() - began < _LONGEST_PROCESSING:
            time.sleep(_GLANCE)
            after = self._eyes.look()
        waited = time.monotonic() - began
        self.waited += waited
        self.seconds -= waited
        return after


def _uploads(command: Command) -> bool:
    operations = (each for change in command.plan.get("changes", ()) for each in change.get("operations", ()))
    return command.place == "SourceHandle.add" or any(each["op"] == "upload" for each in operations)


def _is_processing(snapshot: Snapshot) -> bool:
    statuses = {row["processing_status"] for row in snapshot.rows("files").values()}
    return not statuses <= set(_PROCESSED)
