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

Clock = Callable[[], datetime]

PATIENCE = 5.0
"""Seconds to wait for another process that is writing."""


def utc_now() -> datetime:
    """The clock of every file that is not under test."""
    return datetime.now(UTC)


class Database:
    """One open file; may be used from several threads. What it is made of, a subclass says."""

    SCHEMA: ClassVar[Schema]

    def __init__(self, path: Path, connection: sqlite3.Connection, clock: Clock) -> None:
        self.path = path
        self._connection = connection
        self._clock = clock
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path, clock: Clock = utc_now, patience: float = PATIENCE) -> Self:
        """What is in this file, made when there is none, readable by its owner only."""
        with explained(path, cls.SCHEMA.words):
            check_regular(path)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            connection = connect(path, patience)
            try:
                upgrade(connection, path, cls.SCHEMA)
            except BaseException:
                connection.close()
                raise
        return cls(path, connection, clock)

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
            return self._connection.execute(sql, parameters).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, one writer at a time; for whoever knows the tables."""
        with explained(self.path, self.SCHEMA.words), self._lock, writing(self._connection):
            yield self._connection
