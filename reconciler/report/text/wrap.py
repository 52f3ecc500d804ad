"""Lines for a narrow terminal: broken at blanks, and what follows stands below what it belongs to.

In: lines and a width. Out: rows of at most that width, as far as blanks allow; no word or address is broken,
and no command, which a person copies. It must not change a line that fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reconciler.report.text.lines import Line, Span, cells, harmless_line
from reconciler.report.text.printable import width

_PIECES = re.compile(r" +|[^ ]+")
_GAP = re.compile(r"(?<=[^ ]) {2,}|(?<=why:) |(?<=try:) ")
"""Where a column ends: what follows hangs from there."""
_COMMAND = re.compile(
    r"\b(?:reconciler (?:[a-z]|--)|export \w+=|pip install |read -rs )"
    r"(?:'[^']*'|\"[^\"]*\"|(?!; |[,:] |[.)](?: |$)| \()"
    r"(?! (?:or|and|then|shows|lists|reads|writes|fills|says) ).)*"
)
"""From its first word to where prose goes on."""
_STEP = 2
"""Columns the next row stands further right where there are no columns."""


def wrapped(lines: Iterable[Line], columns: int) -> Iterator[Line]:
    """The lines as rows that fit."""
    for each in lines:
        one = harmless_line(each)
        if cells(one) <= columns:
            yield one
        else:
            yield from _rows(one, columns)


def _rows(one: Line, columns: int) -> Iterator[Line]:
    hanging = Span(" " * _hanging(one, columns))
    row: list[Span] = []
    gap: list[Span] = []
    taken, has_word = 0, False
    for is_blank, word in _words(one):
        if is_blank:
            gap = word
            continue
        if has_word and taken + cells(tuple(gap)) + cells(tuple(word)) > columns:
            yield tuple(row)
            row, gap = [hanging], []
        row += [*gap, *word]
        gap = []
        taken, has_word = cells(tuple(row)), True
    yield tuple(row)


def _words(one: Line) -> Iterator[tuple[bool, list[Span]]]:
    """Blanks and words by turns; a word may have several tones, and a command is one word."""
    commands = [found.span() for found in _COMMAND.finditer("".join(span.text for span in one))]
    pieces: list[Span] = []
    blank, offset = True, 0
    for span in one:
        for found in _PIECES.finditer(span.text):
            at = offset + found.start()
            is_blank = found[0].isspace() and not any(start < at < end for start, end in commands)
            if pieces and is_blank is not blank:
                yield blank, pieces
                pieces = []
            blank = is_blank
            pieces.append(Span(found[0], span.tone))
        offset += len(span.text)
    if pieces:
        yield blank, pieces


def _hanging(one: Line, columns: int) -> int:
    """Where the next row begins: below the last column in the left half, else a step further right."""
    text = "".join(span.text for span in one)
    indent = len(text) - len(text.lstrip(" "))
    ends = [width(text[: gap.end()]) for gap in _GAP.finditer(text)]
    return max((end for end in ends if end <= columns // 2), default=min(indent, columns // 2) + _STEP)
