"""Files the commands write and read: whole or not at all, and for nobody else's eyes.

In: a path and text. Out: the file, mode 0600. A failure is an error a person can act on.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from reconciler.disk import open_regular, read_regular, real
from reconciler.errors import ReconcilerError


def write_private(path: Path, text: str) -> None:
    """Replace the file in one step; a pipe or device is written to as it is."""
    try:
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8") as stream:
                stream.write(text)
        else:
            _replace(real(path), text)
    except OSError as error:
        raise ReconcilerError(
            f"{path} cannot be written",
            why=error.strerror or str(error),
            hint="choose a file in a folder that exists and that you may write to",
        ) from error


def _replace(path: Path, text: str) -> None:
    import tempfile  # takes as long to import as the rest of a small command

    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp gives mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogatepass") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


MAX_BYTES = 500_000_000
"""Of a plan or a baseline: 100,000 users with long prompts."""


def read_text(path: Path) -> str:
    """The text of a file a person named; a regular file, as nobody may ever write to a pipe."""
    try:
        return read_regular(path, MAX_BYTES).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ReconcilerError(f"{path} cannot be read", why=why or str(error)) from error


_HEAD = 4096
"""Bytes of a file that are looked at; a plan begins with its format."""


def is_plan(path: Path) -> bool:
    """Whether a file is a saved plan: what is in it tells, and its name only where that says nothing."""
    try:
        start = _start(path)
    except OSError:
        start = b""
    is_object = start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    if is_object and b'"format_version"' in start:
        return True
    return path.suffix == ".json" and not path.is_dir() and b"apiVersion" not in start


def _start(path: Path) -> bytes:
    with open_regular(path, sys.maxsize) as stream:
        return stream.read(_HEAD)
