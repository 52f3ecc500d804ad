"""Files that a pattern names, below one folder.

In: a folder and a pattern of segments; `*`, `?` and `[...]` stand for parts of a name, `**` for any folders.
Out: the files. Each folder is read once and looked at once for each segment, however often `**` is repeated.
Names that begin with a dot match only a segment that does; how an accent is written does not matter.
"""

from __future__ import annotations

import fnmatch
import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

MAX_ENTRIES = 100_000
"""Names in all folders that one project looks through."""
MAX_PATTERN = 1_000
ANY_FOLDERS = "**"


class BadPattern(ValueError):
    """The pattern cannot be used; the message says why."""


@dataclass(slots=True)
class Folders:
    """What lies in folders, each read once."""

    _entries: dict[str, list[os.DirEntry[str]]] = field(default_factory=dict)
    _left: int = MAX_ENTRIES

    def matching(self, folder: Path, pattern: str) -> list[Path]:
        """The files a pattern names, sorted; BadPattern, or an OSError for a folder that cannot be read."""
        segments = segments_of(pattern)
        found = {entry.path for entry in self._walk(str(folder), segments)}
        return sorted(map(Path, found))

    def names_in(self, folder: Path) -> list[str]:
        """What lies in one folder."""
        return [entry.name for entry in self._in(str(folder))]

    def _walk(self, folder: str, segments: list[re.Pattern[str] | None]) -> Iterator[os.DirEntry[str]]:
        seen: set[tuple[str, int]] = set()
        waiting = [(folder, 0)]
        while waiting:
            here, at = waiting.pop()
            if (here, at) in seen:
                continue
            seen.add((here, at))
            segment, is_last = segments[at], at + 1 == len(segments)
            if segment is None and not is_last:
                waiting.append((here, at + 1))
            for entry in self._in(here):
                if segment is None:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append((entry.path, at))
                    elif is_last and entry.is_file():
                        yield entry
                elif segment.fullmatch(composed(entry.name)):
                    if is_last and entry.is_file():
                        yield entry
                    elif not is_last and entry.is_dir():
                        waiting.append((entry.path, at + 1))

    def _in(self, folder: str) -> list[os.DirEntry[str]]:
        if folder not in self._entries:
            with os.scandir(folder) as entries:
                self._entries[folder] = list(entries)
            self._left -= len(self._entries[folder])
            if self._left < 0:
                raise BadPattern(f"there are more than {MAX_ENTRIES:,} files to look through")
        return self._entries[folder]


def composed(name: str) -> str:
    """A name in the one form in which names are compared: systems write the accent of one letter apart."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def segments_of(pattern: str) -> list[re.Pattern[str] | None]:
    """A regular expression for each segment, None for any folders; repeated `**` are one."""
    if len(pattern) > MAX_PATTERN:
        raise BadPattern(f"it is longer than {MAX_PATTERN:,} characters")
    found: list[re.Pattern[str] | None] = []
    for part in Path(composed(pattern)).parts:
        if part == ANY_FOLDERS:
            if not found or found[-1] is not None:
                found.append(None)
        elif ANY_FOLDERS in part:
            raise BadPattern("'**' can only be a whole segment")
        else:
            visible = "" if part.startswith(".") else r"(?!\.)"
            found.append(re.compile(visible + fnmatch.translate(part)))
    if not found:
        raise BadPattern("it names nothing")
    return found


def names(pattern: str, path: Path) -> bool:
    """Whether a pattern names a relative path."""
    reached = {0}
    segments = segments_of(pattern)
    for part in path.parts:
        reached = set(_after(part, reached, segments))
    return len(segments) in reached


def _after(part: str, reached: set[int], segments: list[re.Pattern[str] | None]) -> Iterator[int]:
    """How many segments are used up after one more part of a path."""
    for start in reached:
        for at in (start, start + 1) if segments[start : start + 1] == [None] else (start,):
            if at == len(segments):
                continue
            segment = segments[at]
            if segment is None:
                yield at
                if at + 1 == len(segments):
                    yield at + 1
            elif segment.fullmatch(composed(part)):
                yield at + 1
