"""Which files are manifests, and where the project begins.

In: the paths a person gave. Out: manifest files and the project root. It must not parse YAML.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import Origin
from reconciler.manifest.findings import Findings

_SUFFIXES = (".yaml", ".yml")
_PROJECT = re.compile(rb"^kind:[ \t]*[\"']?Project[\"']?[ \t]*(?:#.*)?\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Found:
    """The manifest files with their bytes, and the folder everything is relative to."""

    root: Path
    files: tuple[tuple[Path, bytes], ...]


def discover(paths: Sequence[Path], findings: Findings) -> Found:
    """Every manifest below the paths, in a stable order."""
    files: dict[Path, bytes] = {}
    for path in paths:
        if not path.exists():
            findings.error(f"there is no file or folder {path.as_posix()!r}")
            continue
        before = len(files)
        for file in _below(path):
            try:
                files.setdefault(file.resolve(), file.read_bytes())
            except OSError as error:
                findings.error(f"{file.as_posix()!r} cannot be read", why=error.strerror or "")
        if len(files) == before and path.is_dir():
            findings.error(
                f"there is no manifest in {path.as_posix()!r}", hint="manifests end with .yaml or .yml"
            )
    ordered = sorted(files.items())
    return Found(_root(paths, ordered), tuple(ordered))


def _below(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(_SUFFIXES) and not name.startswith("."):
                yield Path(folder, name)


def _root(paths: Sequence[Path], files: Sequence[tuple[Path, bytes]]) -> Path:
    """The folder of the Project document, else what the given paths have in common."""
    for file, data in files:
        if _PROJECT.search(data):
            return file.parent
    folders = [str(path.resolve() if path.is_dir() else path.resolve().parent) for path in paths]
    return Path(os.path.commonpath(folders)) if folders else Path.cwd()


def default_name(root: Path) -> str:
    """A name for a new project, made of its folder's; nobody's name unless it is written down."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", root.name).strip("-_")[:63]
    return name or "project"


def place_of_root(root: Path) -> Origin:
    """An origin for what has no place of its own."""
    return Origin(root.name or ".")
