"""The line of a manifest that a finding is about, where it can be shown.

In: the bytes of manifest files, and a place in one of them. Out: that line as it stands there, or nothing. It
must not show what could be a secret, or something about a person; wherever that is not certain, the place has
to do.

    not shown                                       because
    files that are no manifests (tables, texts)     they hold what users gave, and texts of all kinds
    documents that list users                       parameters are theirs, and some are secret
    a line that names a secret, a key, a token …    its value stands beside the name
    a line below such a name, or beside `secret`    its value may be on any line there
    a line with a word as keys and tokens are       twelve letters and digits mixed, or more
    a line of more than 500 characters              nobody can look through it
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import islice, pairwise

from reconciler.errors import Origin

_LONGEST = 500
_NEAR = 300
"""Lines that are looked through in each direction; what is further away is not certain."""
_TELLING = re.compile(
    r"secret|passw|passphrase|pwd|token|credential|(api|access|private|signing|encryption)[ _-]?key"
    r"|auth|bearer|cookie|session|webhook|dsn|://[^/\s]*@",
    re.IGNORECASE,
)
_MIXED = re.compile(r"[A-Za-z0-9+=]{12,}")
_USERS = re.compile(r"""\bkind["']?\s{0,9}:\s{0,99}["']?Users\b|^[ {,]*["']?users["']?[ ]*:""", re.MULTILINE)
_DOCUMENT = re.compile(r"^---(?=\s|$)", re.MULTILINE)


class SourceLines:
    """Lines of manifest files."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """`files` by the names that places have."""
        self._data = files
        self._read: dict[str, _Text] = {}

    def at(self, where: Origin | None) -> str:
        """The line of this place; nothing where it cannot be shown."""
        if where is None or not where.line or where.file not in self._data:
            return ""
        text = self._read.get(where.file)
        if text is None:
            text = self._read[where.file] = _Text(self._data[where.file].decode("utf-8-sig", "replace"))
        return text.shown(where.line - 1)


class _Text:
    """One manifest file."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _lines(self) -> list[str]:
        return self._text.split("\n")

    @cached_property
    def _of_users(self) -> list[tuple[int, int]]:
        """First line of each document that lists users, and the one behind its last."""
        starts = [0, *(found.start() for found in _DOCUMENT.finditer(self._text)), len(self._text)]
        first, documents = 0, []
        for start, end in pairwise(starts):
            behind = first + self._text.count("\n", start, end)
            if _USERS.search(self._text, start, end):
                documents.append((first, behind + (end == len(self._text))))
            first = behind
        return documents

    def shown(self, index: int) -> str:
        if index >= len(self._lines):
            return ""
        line = self._lines[index].rstrip("\r")
        hidden = len(line) > _LONGEST or _may_hold_secret(line)
        if hidden or any(start <= index < end for start, end in self._of_users):
            return ""
        return "" if self._is_near_a_secret(index) else line

    def _is_near_a_secret(self, index: int) -> bool:
        """Whether a name above it, or a line beside it, says that a secret may follow."""
        own = depth = _depth(self._lines[index])
        for line in self._around(index, -1):
            deeper = _depth(line)
            if deeper < depth:
                depth = deeper
            elif deeper > own or depth < own:
                continue
            if _TELLING.search(line):
                return True
        for line in self._around(index, 1):
            if _depth(line) < own:
                break
            if _TELLING.search(line):
                return True
        return False

    def _around(self, index: int, step: int) -> Iterator[str]:
        """Lines above or below it that are not empty, up to the end of its document."""
        end = -1 if step < 0 else len(self._lines)
        for at in islice(range(index + step, end, step), _NEAR):
            line = self._lines[at][:_LONGEST]
            if line.startswith("---"):
                return
            if line.strip():
                yield line


def _may_hold_secret(line: str) -> bool:
    mixed = (word[0] for word in _MIXED.finditer(line))
    return bool(_TELLING.search(line)) or any(_is_mixed(word) for word in mixed)


def _is_mixed(word: str) -> bool:
    return any(char.isdigit() for char in word) and any(char.isalpha() for char in word)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
