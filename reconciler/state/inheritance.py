"""What a new state file takes over from the cache, which held history, journal, lease and texts before.

In: an open state and the path of a cache. Out: its rows in the state, all or none, once. The cache stays as
it is: an older release may still use it. One that cannot be read is an error, as old values may stand in it.
"""

from __future__ import annotations

import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from reconciler.database import PATIENCE, Database, connect
from reconciler.errors import StateError
from reconciler.process import Process, is_dead

_TABLES = {
    "history": "address, n, path, value, why, replaced_at",
    "journal": "number, run, event, intent, operation, address, at",
    "lease": "one, owner, who, host, machine, pid, started, since, expires",
    "texts": "address, path, digest, text",
}
_LOOKED = "SELECT value FROM meta WHERE name = 'inherited'"
_NOTE = "INSERT INTO meta (name, value) VALUES ('inherited', ?)"
_AT_ONCE = 1_000


def inherit(state: Database, cache: Path) -> None:
    """Copy what this cache holds, unless that was done before; one that comes later is not looked at."""
    if state.rows(_LOOKED):
        return
    with state.transaction() as connection:
        if connection.execute(_LOOKED).fetchone() is not None:  # another process was faster
            return
        if is_there := cache.is_file():
            _copy(connection, cache)
        connection.execute(_NOTE, (str(cache) if is_there else "",))


def _copy(state: sqlite3.Connection, cache: Path) -> None:
    with _readable(cache):
        source = connect(cache, PATIENCE)
    with closing(source):
        for table in _held(source, cache):
            columns = _TABLES[table]
            places = ", ".join("?" for _ in columns.split(","))
            for rows in _batches(source, f"SELECT {columns} FROM {table}", cache):
                kept = [row for row in rows if table != "lease" or not _is_of_the_dead(row)]
                state.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", kept)


def _held(source: sqlite3.Connection, cache: Path) -> list[str]:
    """Tables of ours; an early cache has only some, one of another program none."""
    with _readable(cache):
        found = {name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return [table for table in _TABLES if table in found]


def _batches(source: sqlite3.Connection, query: str, cache: Path) -> Iterator[list[tuple[Any, ...]]]:
    with _readable(cache):
        cursor = source.execute(query)
    while True:
        with _readable(cache):
            rows = cursor.fetchmany(_AT_ONCE)
        if not rows:
            return
        yield rows


def _is_of_the_dead(row: tuple[Any, ...]) -> bool:
    who, host, machine, pid, started = row[2:7]
    return is_dead(Process(who, host, machine, pid, started))


@contextmanager
def _readable(cache: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        path, aside = shlex.quote(str(cache)), shlex.quote(f"{cache}.broken")
        raise StateError(
            "the cache, in which an earlier release may have kept old block values, cannot be read",
            why=f"{cache}: {error}",
            hint=f"try again; if it is damaged, keep it, and begin without them: mv {path} {aside}",
        ) from error
