"""Two long texts as a diff a person can read in a plan.

In: old and new text. Out: lines of a unified diff, capped, with long lines cut around the place where
they differ. It must not know what the texts are.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import islice

from reconciler.report.text.lines import Line, Span, Tone, line
from reconciler.report.text.printable import ELLIPSIS, safe, shorten, width
from reconciler.report.text.words import left_out

_TONES = {"+": Tone.ADD, "-": Tone.REMOVE, "@": Tone.DIM, " ": Tone.DIM}
_LEAD = 20
"""Characters shown before the first difference of a long line."""


def text_diff(old: str, new: str, cap: int, columns: int) -> list[Line]:
    """The diff in at most `cap` lines, and one that says how many more there are."""
    rows = list(_rows(old, new))
    skip = _differences_start(old, new) if _is_one_line_change(rows, columns) else 0
    shown = [_diff_line(row, columns, skip) for row in islice(rows, cap)]
    if len(rows) > cap:
        shown.append(left_out(len(rows) - cap, "line"))
    return shown


def tally(old: str, new: str) -> str:
    """How many lines came and went: `+2 -1 lines`."""
    signs = [row[0] for row in _rows(old, new)]
    return f"+{signs.count('+')} -{signs.count('-')} lines"


def _rows(old: str, new: str) -> Iterator[str]:
    before, after = old.splitlines(), new.splitlines()
    rows = difflib.unified_diff(before, after, lineterm="", n=2)
    hunks = list(islice(rows, 2, None))
    if not hunks and old != new:
        hunks = [" (only white space at the ends of lines differs)"]
    return iter(hunks[1:] if sum(row.startswith("@@") for row in hunks) == 1 else hunks)


def _is_one_line_change(rows: list[str], columns: int) -> bool:
    """Whether one line that is too long to show became another: both are cut at the same place."""
    moved = [row for row in rows if row[0] in "+-"]
    return [row[0] for row in moved] == ["-", "+"] and max(map(width, moved)) > columns


def _differences_start(old: str, new: str) -> int:
    pairs = zip(old.splitlines(), new.splitlines(), strict=False)
    first = next(((a, b) for a, b in pairs if a != b), ("", ""))
    same = (index for index, (a, b) in enumerate(zip(*first, strict=False)) if a != b)
    return next(same, min(map(len, first)))


def _diff_line(row: str, columns: int, skip: int) -> Line:
    sign, text = row[0], row[1:]
    if sign == "@":
        return line(Span(row, _TONES[sign]))
    if sign in "+-" and skip > _LEAD:
        text = ELLIPSIS + text[skip - _LEAD :]
    return line(Span(f"{sign} {shorten(safe(text), columns)}", _TONES[sign]))
