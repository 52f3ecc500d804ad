"""Bytes of files that others wrote: only regular files, and only up to a size.

In: a path and a limit. Out: the bytes, or a stream of them; an OSError whose `strerror` a person can read. A
pipe or a device would be waited for without end, a sparse file would fill the memory. It must not know what
the bytes mean.
"""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

MAX_UPLOAD_BYTES = 100_000_000
"""Of one file of a source."""
_AT_ONCE = 1_000_000
_NEVER_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class TooLarge(OSError):
    """A file over its limit; `size` in bytes."""

    def __init__(self, path: Path, size: int, limit: int) -> None:
        super().__init__(errno.EFBIG, f"it has {size:,} bytes, more than {limit:,}", str(path))
        self.size = size


def open_regular(path: Path, limit: int) -> BufferedReader:
    """A regular file of at most `limit` bytes, opened for reading; OSError for anything else."""
    _check(os.stat(path), path, limit)  # opening a device can do things already
    handle = os.open(path, os.O_RDONLY | _NEVER_WAIT)
    try:
        _check(os.fstat(handle), path, limit)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_regular(path: Path, limit: int) -> bytes:
    """All bytes of a regular file of at most `limit` bytes; OSError for anything else."""
    chunks: list[bytes] = []
    size = 0
    with open_regular(path, limit) as stream:
        while chunk := stream.read(_AT_ONCE):
            chunks.append(chunk)
            size += len(chunk)
            if size > limit:  # it grew, or is one of those whose size the system does not tell
                raise TooLarge(path, size, limit)
    return b"".join(chunks)


def real(path: Path) -> Path:
    """The path without links; links that run in a circle are left as they are."""
    return Path(os.path.realpath(path))


def _check(found: os.stat_result, path: Path, limit: int) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    if found.st_size > limit:
        raise TooLarge(path, found.st_size, limit)
