"""Writes a set of new files, all or none of them over existing ones.

In: a folder and files by relative path. Out: the files, mode 0600. What exists is left alone unless asked.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import ReconcilerError

if TYPE_CHECKING:
    from reconciler.export import Document

SCHEMA = ".reconciler/manifest.schema.json"


def manifest_files(documents: Mapping[str, tuple[Document, ...]]) -> dict[str, bytes]:
    """Documents as files, with the schema editors use."""
    import json

    from reconciler.export import yaml_text
    from reconciler.manifest.editors import editor_schema

    schema = json.dumps(editor_schema(), indent=2, ensure_ascii=False) + "\n"
    texts = {path: yaml_text(parts) for path, parts in documents.items()}
    return {path: text.encode("utf-8", "surrogatepass") for path, text in {**texts, SCHEMA: schema}.items()}


def write_files(folder: Path, files: Mapping[str, bytes], force: bool) -> list[Path]:
    """Write all of them; without `force` nothing is written when any exists already."""
    there = [folder / path for path in files if (folder / path).exists() and path != SCHEMA]
    if there and not force:
        raise ReconcilerError(
            f"there is already {there[0]}" + (f", and {len(there) - 1} more" if there[1:] else ""),
            why="existing files are not written over",
            hint="choose a new folder with -o, or --force",
        )
    written = []
    for path, data in sorted(files.items()):
        target = folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(target, data)
        except OSError as error:
            raise ReconcilerError(f"{target} cannot be written", why=error.strerror or str(error)) from error
        written.append(target)
    return written


def _write(path: Path, data: bytes) -> None:
    """In one step: no half file is ever seen under the name."""
    import tempfile

    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp gives mode 0600
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
