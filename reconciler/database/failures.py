"""What SQLite's errors mean for a person.

In: an sqlite3.Error, and the words for the file. Out: a CacheError with what happened and what to type.
Nothing here is fatal to a plan: whoever catches it goes on without the file.
"""

from __future__ import annotations

import errno
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import CacheError


@dataclass(frozen=True, slots=True)
class Words:
    """How a person is told of one sort of file."""

    noun: str
    """Such as `the cache`."""
    elsewhere: str
    """How to use another one."""
    damaged: str
    """What to do with one that cannot be read; `{path}` and `{aside}` are filled in, ready to be typed."""
    error: type[CacheError] = CacheError


_MEANINGS = {
    "SQLITE_BUSY": ("another process is using {noun}", "try again when it is done"),
    "SQLITE_LOCKED": ("another process is using {noun}", "try again when it is done"),
    "SQLITE_READONLY": ("{noun} cannot be written", "make it writable, or {elsewhere}"),
    "SQLITE_CANTOPEN": ("{noun} cannot be opened", "{elsewhere}"),
    "SQLITE_PERM": ("{noun} cannot be opened", "{elsewhere}"),
    "SQLITE_FULL": ("the disk is full, {noun} was not written", "make room, or {elsewhere}"),
    "SQLITE_IOERR": ("the disk failed while {noun} was in use", "{elsewhere}"),
    "SQLITE_CORRUPT": ("{noun} is damaged", "{damaged}"),
    "SQLITE_NOTADB": ("{noun} is not a SQLite file", "{damaged}"),
}
_ELSE = ("{noun} cannot be used", "{damaged}")


@contextmanager
def explained(path: Path, words: Words) -> Iterator[None]:
    """Turns sqlite3 errors of the block into CacheErrors about this file."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path, words) from error
    except OSError as error:
        raise words.error(
            f"{words.noun} cannot be opened",
            why=f"{path}: {error.strerror or error}",
            hint=words.elsewhere,
        ) from error


def check_regular(path: Path) -> None:
    """OSError where something else than a file of ours stands: SQLite would be lost in a device or a pipe."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))


def explain(error: sqlite3.Error, path: Path, words: Words) -> CacheError:
    """The CacheError for one sqlite3 error."""
    name = getattr(error, "sqlite_errorname", "") or ""
    summary, hint = _MEANINGS.get("_".join(name.split("_")[:2]), _ELSE)
    damaged = words.damaged.format(path=shlex.quote(str(path)), aside=shlex.quote(f"{path}.broken"))
    return words.error(
        summary.format(noun=words.noun),
        why=f"{path}: {error}",
        hint=hint.format(elsewhere=words.elsewhere, damaged=damaged),
    )
