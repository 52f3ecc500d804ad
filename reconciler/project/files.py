"""Files of a project that a plan uploads.

In: the folder of the project. Out: the bytes of a file below it. It must not read anything outside of it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reconciler.disk import MAX_UPLOAD_BYTES, read_regular, real
from reconciler.errors import ReconcilerError
from reconciler.values import FileContent

Files = Callable[[FileContent], bytes]
"""The bytes of a file of the project."""


def file_below(root: Path) -> Files:
    """Reads files of sources, which a plan names relative to the project; never one outside of it."""
    folder = real(root)

    def read(content: FileContent) -> bytes:
        path = real(folder / content.path)
        if not path.is_relative_to(folder):
            raise ReconcilerError(f"{content.path} is outside the project", why=f"the project is {folder}")
        try:
            return read_regular(path, MAX_UPLOAD_BYTES)
        except OSError as error:
            raise ReconcilerError(
                f"{content.path} cannot be read",
                why=f"{error.strerror or error} in {folder}",
                hint="for a saved plan, name the project folder with --root",
            ) from error

    return read
