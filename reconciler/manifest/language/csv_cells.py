"""Where the cells of a CSV row stand, which the reader of the standard library does not say.

In: the lines a row was read from. Out: line and column of each cell, and of what is wrong with quotes. Asked
for what is shown only, so that reading stays as quick as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from reconciler.errors import Origin


class Fault(NamedTuple):
    """What is wrong with the quotes of a row; nothing where they are fine."""

    what: str
    where: Origin


@dataclass(frozen=True, slots=True)
class Cells:
    """One row as it is written."""

    file: str
    line: int
    """Of its beginning, from 1."""
    lines: tuple[str, ...]
    header: Sequence[str]

    @property
    def start(self) -> Origin:
        """Where the row begins."""
        return Origin(self.file, self.line, 1)

    def place(self, name: str) -> Origin:
        """Where the cell of this column begins."""
        return self.place_at(self.header.index(name)) if name in self.header else self.start

    def column(self, name: str) -> str:
        """The column of this name in words; nothing for one that is not there."""
        return f"column {self.header.index(name) + 1} of the table" if name in self.header else ""

    def place_at(self, number: int) -> Origin:
        """Where the cell of this number, from 0, begins; the end of the row where there are not so many."""
        if not number:
            return self.start
        for mark, where in self._marks():
            number -= mark is _Mark.CELL
            if number < 0:
                return where
        return self._at(len(self.lines) - 1, len(self.lines[-1].rstrip("\r\n")) if self.lines else 0)

    def fault(self) -> Fault:
        """A quote that does not end, or ends too soon."""
        opened: Origin | None = None
        for mark, where in self._marks():
            if mark is _Mark.STRAY:
                return Fault("text follows a closing quote; a quote inside quotes is written twice", where)
            opened = where if mark is _Mark.OPEN else None if mark is _Mark.CLOSE else opened
        if opened is not None:
            return Fault("a quote is never closed", opened)
        return Fault("", self.start)

    def _at(self, line: int, column: int) -> Origin:
        return Origin(self.file, self.line + max(line, 0), column + 1)

    def _marks(self) -> Iterator[tuple[_Mark, Origin]]:
        """Everything that divides the row, in order."""
        is_start, is_quoted, was_closed = True, False, False
        for number, line in enumerate(self.lines):
            characters = enumerate(line)
            for column, character in characters:
                if is_start:
                    yield _Mark.CELL, self._at(number, column)
                if is_quoted:
                    if character == '"' and line[column + 1 : column + 2] == '"':
                        next(characters)
                    elif character == '"':
                        is_quoted, was_closed = False, True
                        yield _Mark.CLOSE, self._at(number, column)
                elif is_start and character == '"':
                    is_quoted = True
                    yield _Mark.OPEN, self._at(number, column)
                elif was_closed and character not in ",\r\n":
                    yield _Mark.STRAY, self._at(number, column)
                is_start = not is_quoted and character == ","
                was_closed = was_closed and not is_start


class _Mark(Enum):
    """What divides a row."""

    CELL = auto()
    OPEN = auto()
    CLOSE = auto()
    STRAY = auto()


class CsvLines:
    """Lines on their way to a reader, kept until the row they make is known."""

    def __init__(self, lines: Iterator[str], file: str) -> None:
        self._lines = lines
        self._file = file
        self._read = 0
        self._taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._read += 1
        self._taken.append(line)
        return line

    def row(self, header: Sequence[str]) -> Cells:
        """The row of the lines since the last one."""
        lines = tuple(self._taken)
        self._taken.clear()
        return Cells(self._file, self._read - len(lines) + 1, lines, header)
