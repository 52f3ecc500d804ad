"""Which files are manifests, and where the project begins.

In: the paths a person gave. Out: manifest files and the project root. It must not parse YAML.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.disk import TooLarge, read_regular, real
from reconciler.errors import Origin
from reconciler.manifest.files.ignore_file import Ignore
from reconciler.manifest.files.other_tools import holds_project
from reconciler.manifest.yaml.file_limits import MAX_ALL_BYTES, MAX_BYTES
from reconciler.manifest.yaml.findings import Findings

_LONGEST = 200
_MOST_BESIDE, _LARGEST_BESIDE = 100, 1_000_000
"""Files that are looked at in each folder above the given one, and bytes of each."""
_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Found:
    """The manifest files with their bytes, and the folder everything is relative to."""

    root: Path
    files: tuple[tuple[Path, bytes], ...]
    within: tuple[Path, ...] = ()
    """The folders that were given, where the project they belong to begins above them."""


def discover(paths: Sequence[Path], findings: Findings) -> Found:
    """Every manifest below the paths, in a stable order; of a folder inside a project all of the project."""
    above = _project_around(paths)
    within = tuple(map(real, paths)) if above else ()
    paths = [above] if above else paths
    search = _Search()
    for path in paths:
        if not os.path.lexists(path):
            findings.error(f"there is no file or folder {_shown(path)}")
        elif not search.below(path, findings) and os.path.isdir(path):
            findings.error(f"there is no manifest in {_shown(path)}", hint="manifests end with .yaml or .yml")
    root = _root(paths, sorted(search.files.items()))
    search.inside(root)
    for file, problem in search.problems:
        place = Origin(Path(os.path.relpath(file, root)).as_posix())
        findings.error(problem.summary, place, why=problem.why, hint=problem.hint)
    return Found(root, tuple(sorted(search.files.items())), within)


def _project_around(paths: Sequence[Path]) -> Path | None:
    """The folder of the project that all given folders lie in; None where one of them has its own."""
    if not paths or not all(map(os.path.isdir, paths)):
        return None
    around = {_project_above(real(path)) for path in paths}
    if None in around or len(around) > 1:
        return None
    search = _Search()
    for path in paths:
        search.below(path, Findings())
    return None if any(map(holds_project, search.files.values())) else around.pop()


def _project_above(folder: Path) -> Path | None:
    """The nearest folder above with a Project document; what lies beyond a repository or home is foreign."""
    home = Path(os.path.realpath(os.path.expanduser("~")))
    while folder != home and not os.path.lexists(folder / ".git"):
        folder = folder.parent
        if folder in (home, folder.parent):
            return None
        if _has_project(folder):
            return folder
    return None


def project_folder(folder: Path) -> Path | None:
    """The folder itself, or the nearest above, in which a Project document lies directly."""
    here = real(folder)
    return here if _has_project(here) else _project_above(here)


def _has_project(folder: Path) -> bool:
    """Whether a Project document lies directly in a folder."""
    try:
        names = sorted(name for name in os.listdir(folder) if _is_manifest(name))[:_MOST_BESIDE]
    except OSError:
        return False
    ignore = Ignore().inside(folder, Findings())
    return any(_holds_project(folder / name) for name in names if not ignore.covers(folder / name))


def _holds_project(file: Path) -> bool:
    try:
        return holds_project(read_regular(file, _LARGEST_BESIDE))
    except OSError:
        return False


def _is_manifest(name: str) -> bool:
    return name.endswith(_SUFFIXES) and not name.startswith(".")


@dataclass(frozen=True, slots=True)
class _Problem:
    """Why a file is not read."""

    summary: str
    why: str = ""
    hint: str = ""


_OUTSIDE = _Problem(
    "the manifest lies outside the project",
    why="links count as what they point to",
    hint="copy the file into the project",
)


@dataclass(slots=True)
class _Search:
    """Manifests found so far, by their path without links."""

    files: dict[Path, bytes] = field(default_factory=dict)
    problems: list[tuple[Path, _Problem]] = field(default_factory=list)
    _elsewhere: list[tuple[Path, Path]] = field(default_factory=list)
    """Links that lead out of the folder that was given; they may still lead to a place in the project."""
    _left: int = MAX_ALL_BYTES

    def below(self, path: Path, findings: Findings) -> int:
        """Read what lies below a path that a person gave; how many manifests there are."""
        found = list(_below(path, findings))
        start = real(path)
        for file in found:
            place = real(file)
            if place == start or place.is_relative_to(start):
                self._read(file, place)
            else:
                self._elsewhere.append((file, place))
        return len(found)

    def inside(self, root: Path) -> None:
        """Read those links that lead to a place in the project; the others are problems."""
        for file, place in self._elsewhere:
            if place.is_relative_to(root):
                self._read(file, place)
            else:
                self._tell(file, _OUTSIDE)

    def _read(self, file: Path, place: Path) -> None:
        if place in self.files:
            return
        try:
            data = read_regular(file, MAX_BYTES)
        except TooLarge as error:
            self._tell(file, _too_large(f"the file has {error.size:,} bytes", MAX_BYTES))
            return
        except OSError as error:
            self._tell(file, _Problem("the manifest cannot be read", error.strerror or ""))
            return
        self._left -= len(data)
        if self._left >= 0:
            self.files[place] = data
        elif self._left + len(data) >= 0:  # said once
            self._tell(file, _too_large("all manifests together have too many bytes", MAX_ALL_BYTES))

    def _tell(self, file: Path, problem: _Problem) -> None:
        self.problems.append((real(file.parent) / file.name, problem))


def _too_large(what: str, limit: int) -> _Problem:
    hint = "put long texts into files of their own, users into a table, the rest into .reconcilerignore"
    return _Problem(f"{what}, more than {limit:,}", hint=hint)


def _shown(path: Path) -> str:
    """A path as a message can show it."""
    text = path.as_posix()
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...")


def _below(path: Path, findings: Findings) -> Iterator[Path]:
    """A file that is named is read in any case; below a folder `.reconcilerignore` leaves some out."""
    if not os.path.isdir(path):
        yield path
        return
    held = {os.fspath(path): Ignore.above(path, Path.cwd(), findings)}
    for folder, folders, names in os.walk(path):
        ignore = held.pop(folder).inside(Path(folder), findings)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and not ignore.covers(Path(folder, name), is_folder=True)
        )
        held.update((os.path.join(folder, name), ignore) for name in folders)
        for name in sorted(names):
            file = Path(folder, name)
            if _is_manifest(name) and not ignore.covers(file):
                yield file


def _root(paths: Sequence[Path], files: Sequence[tuple[Path, bytes]]) -> Path:
    """The folder of the Project document, else what the given paths have in common."""
    for file, data in files:
        if holds_project(data):
            return file.parent
    folders = [str(real(path) if os.path.isdir(path) else real(path).parent) for path in paths]
    return Path(os.path.commonpath(folders)) if folders else Path.cwd()


def default_name(root: Path) -> str:
    """A name for a new project, made of its folder's; nobody's name unless it is written down."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", root.name).strip("-_")[:63]
    return name or "project"


def place_of_root(root: Path) -> Origin:
    """An origin for what has no place of its own."""
    return Origin(root.name or ".")
