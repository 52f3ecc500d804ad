"""What SQLite's errors mean for a person.

In: an sqlite3.Error. Out: a CacheError with what happened and what to type. Nothing here is fatal to a
plan: whoever catches it goes on without the cache.
"""

from __future__ import annotations

import errno
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.errors import CacheError

_DELETE = "put it aside, as it may hold old block values (`history`); ids are read again: mv {path} {aside}"
_ELSEWHERE = "put it elsewhere with --cache PATH or RECONCILER_CACHE"
_MEANINGS = {
    "SQLITE_BUSY": ("another process is using the cache", "try again when it is done"),
    "SQLITE_LOCKED": ("another process is using the cache", "try again when it is done"),
    "SQLITE_READONLY": ("the cache cannot be written", f"make it writable, or {_ELSEWHERE}"),
    "SQLITE_CANTOPEN": ("the cache cannot be opened", _ELSEWHERE),
    "SQLITE_PERM": ("the cache cannot be opened", _ELSEWHERE),
    "SQLITE_FULL": ("the disk is full, the cache was not written", f"make room, or {_ELSEWHERE}"),
    "SQLITE_IOERR": ("the disk failed while the cache was in use", _ELSEWHERE),
    "SQLITE_CORRUPT": ("the cache is damaged", _DELETE),
    "SQLITE_NOTADB": ("the cache is not a SQLite file", _DELETE),
}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns sqlite3 errors of the block into CacheErrors about this file."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path) from error
    except OSError as error:
        raise CacheError(
            "the cache cannot be opened", why=f"{path}: {error.strerror or error}", hint=_ELSEWHERE
        ) from error


def check_regular(path: Path) -> None:
    """OSError where something else than a file of ours stands: SQLite would be lost in a device or a pipe."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))


def explain(error: sqlite3.Error, path: Path) -> CacheError:
    """The CacheError for one sqlite3 error."""
    name = getattr(error, "sqlite_errorname", "") or ""
    primary = "_".join(name.split("_")[:2])
    summary, hint = _MEANINGS.get(primary, ("the cache cannot be used", _DELETE))
    return CacheError(
        summary,
        why=f"{path}: {error}",
        hint=hint.format(path=shlex.quote(str(path)), aside=shlex.quote(f"{path}.old")),
    )
