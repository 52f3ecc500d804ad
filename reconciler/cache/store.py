"""Reads and writes the cache.

In: a path, and records to remember. Out: records by address. Every failure is a CacheError. It must not be
asked what is true: only the server knows.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from reconciler.cache.failures import check_regular, explained
from reconciler.cache.record import CachedResource
from reconciler.cache.schema import upgrade
from reconciler.values import Address, Owner, Selector

Clock = Callable[[], datetime]

_COLUMNS = "address, server_id, server_name, base, document, seen_at"
_UPSERT = "INSERT OR REPLACE INTO resources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_PATIENCE = 5.0
"""Seconds to wait for another process that is writing."""
_PAUSE = 0.01


def utc_now() -> datetime:
    """The clock of every cache that is not under test."""
    return datetime.now(UTC)


class Cache:
    """One open cache file; may be used from several threads."""

    def __init__(self, path: Path, connection: sqlite3.Connection, clock: Clock) -> None:
        self.path = path
        self._connection = connection
        self._clock = clock
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path, clock: Clock = utc_now, patience: float = _PATIENCE) -> Cache:
        """The cache in this file, made when there is none, readable by its owner only."""
        with explained(path):
            check_regular(path)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            connection = sqlite3.connect(
                path, timeout=patience, isolation_level=None, check_same_thread=False
            )
            try:
                _switch_to_wal(connection, patience)
                connection.execute("PRAGMA synchronous = NORMAL")
                upgrade(connection, path)
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

    def ids(self) -> dict[Address, str]:
        """Server id of every resource that was seen."""
        rows = self.rows("SELECT address, server_id FROM resources ORDER BY address")
        return {Address.parse(address): server_id for address, server_id in rows}

    def get(self, address: Address) -> CachedResource | None:
        """What was seen at one address."""
        rows = self.rows(f"SELECT {_COLUMNS} FROM resources WHERE address = ?", str(address))
        return _record(rows[0]) if rows else None

    def list(self, selector: Selector | None = None) -> Iterator[CachedResource]:
        """Everything that was seen, in address order, or what the selector chooses of it."""
        for row in self.rows(f"SELECT {_COLUMNS} FROM resources ORDER BY address"):
            record = _record(row)
            if selector is None or selector.matches(record.address):
                yield record

    def remember(self, resources: Iterable[CachedResource]) -> None:
        """Write these, all or none."""
        rows = self._values(resources)
        with self.transaction() as connection:
            connection.executemany(_UPSERT, rows)

    def forget(self, addresses: Iterable[Address]) -> None:
        """Drop these, all or none."""
        with self.transaction() as connection:
            connection.executemany(
                "DELETE FROM resources WHERE address = ?", [(str(address),) for address in addresses]
            )

    def replace_all(self, owners: Iterable[Owner] | None, resources: Iterable[CachedResource]) -> None:
        """After a read of these sets, or of everything: what was not seen is dropped."""
        rows = self._values(resources)
        with self.transaction() as connection:
            if owners is None:
                connection.execute("DELETE FROM resources")
            else:
                connection.executemany(
                    "DELETE FROM resources WHERE constellation = ? AND user = ?",
                    [(owner.constellation, owner.user) for owner in owners],
                )
            connection.executemany(_UPSERT, rows)

    def now(self) -> datetime:
        """The time by the clock of this cache."""
        return self._clock()

    def _values(self, resources: Iterable[CachedResource]) -> Sequence[tuple[str | None, ...]]:
        now = self._clock().isoformat(timespec="seconds")
        return [_row(resource, now) for resource in resources]

    def rows(self, sql: str, *parameters: str | int) -> Sequence[tuple[Any, ...]]:
        """The answer to one query; for the other modules of this package."""
        with explained(self.path), self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, one writer at a time; for the other modules of this package."""
        with explained(self.path), self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


def _switch_to_wal(connection: sqlite3.Connection, patience: float) -> None:
    """SQLite itself waits for nobody here: of many that open a new cache at once, some would go without."""
    deadline = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
        time.sleep(_PAUSE)


def _row(resource: CachedResource, now: str) -> tuple[str | None, ...]:
    address = resource.address
    return (
        str(address),
        address.owner.constellation,
        address.owner.user,
        address.kind,
        resource.server_id,
        resource.server_name,
        _json(dict(resource.base)),
        None if resource.document is None else _json(dict(resource.document)),
        resource.seen_at or now,
    )


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _record(row: tuple[Any, ...]) -> CachedResource:
    address, server_id, server_name, base, document, seen_at = row
    return CachedResource(
        Address.parse(address),
        server_id,
        server_name,
        json.loads(base),
        None if document is None else json.loads(document),
        seen_at,
    )
