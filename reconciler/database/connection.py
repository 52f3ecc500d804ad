"""Opens the connection to a file: with a write-ahead log where there can be one, else without.

In: a path, and how long to wait for others. Out: a connection that can be read. A write-ahead log needs
memory that all processes share: on a network folder there is none, and SQLite does not always notice.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from reconciler.database.mounts import is_network_folder, mounted

_PAUSE = 0.01
_NO_SHARED_MEMORY = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PROTOCOL)


def connect(path: Path, patience: float) -> sqlite3.Connection:
    """A connection to this file, which is there."""
    if not is_network_folder(path.parent, mounted()):
        connection = _connection(path, patience)
        try:
            if _has_log(connection, patience):
                connection.execute("PRAGMA synchronous = NORMAL")
                return connection
        except BaseException:
            connection.close()
            raise
        connection.close()
    return _without_log(path, patience)


def _has_log(connection: sqlite3.Connection, patience: float) -> bool:
    try:
        mode = _switch(connection, "WAL", patience)
        connection.execute("PRAGMA user_version")  # the first read is what needs the shared memory
    except sqlite3.OperationalError as error:
        if _primary(error) in _NO_SHARED_MEMORY:
            return False
        raise
    return mode == "wal"


def _without_log(path: Path, patience: float) -> sqlite3.Connection:
    """Alone for a moment, no memory has to be shared; so a file that came with a log is read, too."""
    connection = _connection(path, patience)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        _switch(connection, "DELETE", patience)
        connection.execute("PRAGMA locking_mode = NORMAL")
        connection.execute("SELECT count(*) FROM sqlite_master")  # gives the lock back
    except BaseException:
        connection.close()
        raise
    return connection


def _connection(path: Path, patience: float) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)


def _switch(connection: sqlite3.Connection, mode: str, patience: float) -> str:
    """SQLite itself waits for nobody here: of many that open a new file at once, some would go without."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return str(connection.execute(f"PRAGMA journal_mode = {mode}").fetchone()[0])
        except sqlite3.OperationalError as error:
            if _primary(error) != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
        time.sleep(_PAUSE)


def _primary(error: sqlite3.OperationalError) -> int:
    return error.sqlite_errorcode & 0xFF
