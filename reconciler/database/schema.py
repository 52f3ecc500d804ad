"""Brings the file of a cache to the newest schema, one numbered step after the other.

In: an open connection. Out: the same connection at version `newest()`. A file of a newer program is left
as it is. Steps are files `migrations/NNNN_what.sql`, numbered from 1 without gaps, and never edited.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from reconciler.errors import CacheError


def migrations() -> dict[int, str]:
    """Number to SQL of every step, in order."""
    found = {}
    for entry in files("reconciler.cache").joinpath("migrations").iterdir():
        if entry.name.endswith(".sql"):
            found[int(entry.name[:4])] = entry.read_text(encoding="utf-8")
    return dict(sorted(found.items()))


def upgrade(connection: sqlite3.Connection, path: Path) -> None:
    """Apply the steps the file lacks, each in a transaction of its own."""
    steps = migrations()
    newest = max(steps)
    if (version := _version(connection)) > newest:
        raise CacheError(
            f"the cache was written by a newer letta-reconciler (schema {version}, this one knows {newest})",
            why=str(path),
            hint="upgrade, or use another one: --cache PATH or RECONCILER_CACHE",
        )
    for number, sql in steps.items():
        if number > version:
            _apply(connection, number, sql)


def _apply(connection: sqlite3.Connection, number: int, sql: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection) < number:  # another process may have been faster
            for statement in statements(sql):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk ends it by itself
            connection.execute("ROLLBACK")
        raise


def statements(sql: str) -> Iterator[str]:
    """The single statements of a file."""
    pending = ""
    for line in sql.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if pending.strip():
        yield pending


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
