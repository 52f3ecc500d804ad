"""A three-way merge of texts, line by line.

In: the text both sides started from, and the text of each side. Out: the lines of the merge, and a Conflict
wherever both changed the same lines apart. Pure; it must not know whose texts these are.

A line and its end are two things: where one side changes a line and the other its end, both count, and a
missing newline at the end of a text is a property of the text, not of its last line. Changes that share no
line of the base do not conflict, even side by side; two insertions at one place do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from reconciler.compare.alignment import equal_runs


class Line(NamedTuple):
    """Text, and its end as it was: `\\n`, `\\r\\n` or none (the last one). A tuple: a text has many lines."""

    text: str
    end: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One place that both sides changed apart: what it was, and what each made of it."""

    base: tuple[Line, ...]
    left: tuple[Line, ...]
    right: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """What came out, in order; `is_ended` tells whether the last line has an end."""

    pieces: tuple[Line | Conflict, ...]
    is_ended: bool
    usual_end: str

    @property
    def text(self) -> str | None:
        """The merged text; None where there is a conflict."""
        lines = [piece for piece in self.pieces if isinstance(piece, Line)]
        if len(lines) < len(self.pieces):
            return None
        text = "".join(line.text + (line.end or self.usual_end) for line in lines[:-1])
        if not lines:
            return text
        last = lines[-1]
        is_ended = self.is_ended or not last.text
        return text + last.text + (last.end or self.usual_end if is_ended else "")


@dataclass(frozen=True, slots=True)
class _Change:
    """Lines of the base from `start` to before `end`, and what one side put in their place."""

    start: int
    end: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Side:
    """One side beside the base: its line for each line of the base that it kept, and its changes in order."""

    kept: dict[int, Line]
    changes: list[_Change]


@dataclass(slots=True)
class _Cluster:
    """Changes of both sides that touch the same lines of the base."""

    start: int
    end: int
    left: list[_Change] = field(default_factory=list)
    right: list[_Change] = field(default_factory=list)


def merge(base: str, left: str, right: str) -> Merge:
    """Merge what each side made of the base; swapped sides make the same, but for the order in a Conflict."""
    texts = [_lines(text) for text in (base, left, right)]
    sides = [_side(texts[0], lines) for lines in texts[1:]]
    return Merge(tuple(_pieces(texts[0], *sides)), _is_ended(base, left, right), _usual_end(texts))


def _lines(text: str) -> list[Line]:
    *ended, rest = text.split("\n")
    lines = [Line(line[:-1], "\r\n") if line.endswith("\r") else Line(line, "\n") for line in ended]
    return [*lines, Line(rest)] if rest else lines


def _side(base: Sequence[Line], lines: Sequence[Line]) -> _Side:
    kept: dict[int, Line] = {}
    changes = []
    at = side_at = 0
    for run in [*equal_runs([line.text for line in base], [line.text for line in lines]), None]:
        start, side_start = (run.a, run.b) if run else (len(base), len(lines))
        if (start, side_start) != (at, side_at):
            changes.append(_Change(at, start, tuple(lines[side_at:side_start])))
        if run:
            kept.update(zip(range(run.a, run.a + run.size), lines[run.b : run.b + run.size], strict=True))
            at, side_at = run.a + run.size, run.b + run.size
    return _Side(kept, changes)


def _pieces(base: Sequence[Line], left: _Side, right: _Side) -> Iterator[Line | Conflict]:
    at = 0
    for cluster in _clusters(left, right):
        yield from (_kept(base[index], left, right, index) for index in range(at, cluster.start))
        yield from _settled(base, cluster, left, right)
        at = cluster.end
    yield from (_kept(base[index], left, right, index) for index in range(at, len(base)))


def _clusters(left: _Side, right: _Side) -> list[_Cluster]:
    clusters: list[_Cluster] = []
    both = [(change, 0) for change in left.changes] + [(change, 1) for change in right.changes]
    for change, side in sorted(both, key=lambda item: (item[0].start, item[0].end, item[1])):
        if not clusters or not _belongs(change, clusters[-1], side):
            clusters.append(_Cluster(change.start, change.end))
        cluster = clusters[-1]
        cluster.end = max(cluster.end, change.end)
        (cluster.right if side else cluster.left).append(change)
    return clusters


def _belongs(change: _Change, cluster: _Cluster, side: int) -> bool:
    """Whether a change shares lines of the base with a cluster, or puts the same new line beside it."""
    if change.start < cluster.end or (change.start, change.end) == (cluster.start, cluster.end):
        return True
    if change.start > cluster.end:
        return False
    new = {line.text for line in change.lines if line.text.strip()}
    others = cluster.left if side else cluster.right
    return any(line.text in new for other in others for line in other.lines)


def _settled(base: Sequence[Line], cluster: _Cluster, left: _Side, right: _Side) -> Iterator[Line | Conflict]:
    ours, theirs = _version(cluster, cluster.left, left), _version(cluster, cluster.right, right)
    if not cluster.left or not cluster.right:
        yield from ours if cluster.left else theirs
        return
    same = [_one_line(one, other) for one, other in zip(ours, theirs, strict=False)]
    agreed = [line for line in same if line]
    if len(agreed) == len(ours) == len(theirs):
        yield from agreed
    else:
        yield Conflict(tuple(base[cluster.start : cluster.end]), ours, theirs)


def _version(cluster: _Cluster, changes: Sequence[_Change], side: _Side) -> tuple[Line, ...]:
    """What one side has in the place of a cluster."""
    lines: list[Line] = []
    at = cluster.start
    for change in changes:
        lines += [side.kept[index] for index in range(at, change.start)]
        lines += change.lines
        at = change.end
    return (*lines, *(side.kept[index] for index in range(at, cluster.end)))


def _one_line(one: Line, other: Line) -> Line | None:
    """The line that both sides wrote; None when these are two."""
    ends = {one.end, other.end} - {""}
    if one.text != other.text or len(ends) > 1:
        return None
    return Line(one.text, "".join(ends))


def _kept(base: Line, left: _Side, right: _Side, index: int) -> Line | Conflict:
    """A line that both sides kept; its end may still have changed. No end says nothing about the line."""
    ours, theirs = left.kept[index], right.kept[index]
    one, other = ours.end or base.end, theirs.end or base.end
    if one == other or other == base.end:
        return Line(base.text, one)
    return Line(base.text, other) if one == base.end else Conflict((base,), (ours,), (theirs,))


def _is_ended(base: str, left: str, right: str) -> bool:
    """Whether the last line has an end: as the side wants that changed this. An empty text wants nothing."""
    before = base.endswith("\n")
    one, other = (text.endswith("\n") if text else before for text in (left, right))
    return one if other == before else other


def _usual_end(texts: Sequence[Sequence[Line]]) -> str:
    """What ends a line that had no end of its own and is the last one no longer."""
    ends = Counter(line.end for lines in texts for line in lines if line.end)
    return max(sorted(ends), key=ends.__getitem__, default="\n")
