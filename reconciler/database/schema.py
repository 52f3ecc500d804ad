"""Brings a file to its newest schema, one numbered step after the other.

In: an open connection. Out: the same connection at the newest version, and beside the file a copy of how it
was before. A file of a newer program is left as it is. Steps are files `migrations/NNNN_what.sql`, numbered
from 1 without gaps, and never edited.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from reconciler.database.failures import Words


@dataclass(frozen=True, slots=True)
class Schema:
    """What one sort of file is made of."""

    package: str
    """The package whose folder `migrations` holds the steps."""
    words: Words


def migrations(package: str) -> dict[int, str]:
    """Number to SQL of every step, in order."""
    found = {}
    for entry in files(package).joinpath("migrations").iterdir():
        if entry.name.endswith(".sql"):
            found[int(entry.name[:4])] = entry.read_text(encoding="utf-8")
    return dict(sorted(found.items()))


def upgrade(connection: sqlite3.Connection, path: Path, schema: Schema) -> None:
    """Apply the steps the file lacks, all or none; one that holds something is copied first."""
    steps = migrations(schema.package)
    newest = max(steps)
    if (version := _version(connection)) > newest:
        words = schema.words
        raise words.error(
            f"{words.noun} was written by a newer letta-reconciler "
            f"(schema {version}, this one knows {newest})",
            why=str(path),
            hint=f"upgrade, or {words.elsewhere}",
        )
    if version < newest:
        with writing(connection):
            version = _version(connection)  # another process may have been faster
            if 0 < version < newest:
                back_up(path, version)
            for number, sql in steps.items():
                if number > version:
                    _apply(connection, number, sql)


def back_up(path: Path, version: int) -> Path:
    """Copy the file as it is on the disk to `<file>.v<version>.bak`, for its owner only; says where."""
    copy = path.with_name(f"{path.name}.v{version}.bak")
    os.close(os.open(copy, os.O_RDWR | os.O_CREAT, 0o600))
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, one writer at a time."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
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


def _apply(connection: sqlite3.Connection, number: int, sql: str) -> None:
    for statement in statements(sql):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {number}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
