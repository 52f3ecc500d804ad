"""One SQLite file: opened for its owner only, brought to its newest schema, read and written.

In: a path. Out: rows, and transactions of one writer at a time. Every failure is a CacheError. It must not
know what the rows mean.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

from reconciler.database.connection import connect
from reconciler.database.failures import check_regular, explained
from reconciler.database.schema import Schema, upgrade, writing
from reconciler.errors import Diagnostic, Severity

Clock = Callable[[], datetime]
Warn = Callable[[Diagnostic], None]

PATIENCE = 5.0
"""Seconds to wait for another process that is writing."""


def silent(said: Diagnostic) -> None:
    """Tell nobody."""
    del said


def utc_now() -> datetime:
    """The clock of every file that is not under test."""
    return datetime.now(UTC)


class Database:
    """One open file; may be used from several threads. What it is made of, a subclass says."""

    SCHEMA: ClassVar[Schema]

    def __init__(self, path: Path, clock: Clock, patience: float, warn: Warn) -> None:
        self.path = path
        self._clock = clock
        self._patience = patience
        self._warn = warn
        self._lock = threading.Lock()
        self._connection = self._connected()
        self._file = _identity(path)

    @classmethod
    def open(
        cls, path: Path, clock: Clock = utc_now, patience: float = PATIENCE, warn: Warn = silent
    ) -> Self:
        """What is in this file, made when there is none, readable by its owner only.

        `warn` is told when the file was deleted or replaced while it was open: another one is begun, or the
        one that stands there now is used.
        """
        with explained(path, cls.SCHEMA.words):
            return cls(path, clock, patience, warn)

    def _connected(self) -> sqlite3.Connection:
        path = self.path
        check_regular(path)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = connect(path, self._patience)
        try:
            upgrade(connection, path, self.SCHEMA)
        except BaseException:
            connection.close()
            raise
        return connection

    def _in_place(self) -> sqlite3.Connection:
        """The connection, to the file that stands at the path: what is written to one that was deleted is
        gone with the process, and nobody else reads it."""
        if self._file == _identity(self.path):
            return self._connection
        self._connection.close()
        self._connection = self._connected()
        self._file = _identity(self.path)
        noun = self.SCHEMA.words.noun
        self._warn(
            Diagnostic(
                f"{noun} was deleted or replaced while it was open",
                why=f"{self.path}: another file stands there; it is used from now on",
                severity=Severity.WARNING,
            )
        )
        return self._connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file, once nobody is in the middle of using it."""
        with self._lock:
            self._connection.close()

    def now(self) -> datetime:
        """The time by the clock of this file."""
        return self._clock()

    def rows(self, sql: str, *parameters: str | int) -> Sequence[tuple[Any, ...]]:
        """The answer to one query; for whoever knows the tables."""
        with explained(self.path, self.SCHEMA.words), self._lock:
            return self._in_place().execute(sql, parameters).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, one writer at a time; for whoever knows the tables."""
        with explained(self.path, self.SCHEMA.words), self._lock:
            connection = self._in_place()
            with writing(connection):
                yield connection

    def rewrite(self) -> None:
        """Write the file anew, without what was deleted, and empty its log."""
        with explained(self.path, self.SCHEMA.words), self._lock:
            connection = self._in_place()
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file stands at a path; None when there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
