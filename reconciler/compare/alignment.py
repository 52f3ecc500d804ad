"""Which lines of a text are those of its base, found in bounded time.

In: two lists of lines without their ends. Out: the runs of equal lines, in order. Pure; it must not know what
a merge makes of them.

`difflib` alone is quadratic on repeated lines, and any agent can write such a text. The work is therefore
counted: when the budget is used up, what was not looked at yet counts as changed. That is coarser, and never
wrong: a merge may end in a conflict that a finer look would have avoided.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from difflib import Match, SequenceMatcher
from itertools import accumulate

STEPS = 500_000
"""Pairs of lines looked at for one alignment: a tenth of a second or two."""


def equal_runs(base: Sequence[str], side: Sequence[str], steps: int = STEPS) -> list[Match]:
    """Runs of lines that both have, in the order of both; the longest ones are looked for first."""
    ahead = _common(base, side)
    behind = _common(base[ahead:][::-1], side[ahead:][::-1])
    inner_base, inner_side = base[ahead : len(base) - behind], side[ahead : len(side) - behind]
    runs = [
        Match(0, 0, ahead),
        *(
            Match(run.a + ahead, run.b + ahead, run.size)
            for run in _inner_runs(inner_base, inner_side, steps)
        ),
        Match(len(base) - behind, len(side) - behind, behind),
    ]
    return [run for run in runs if run.size]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines both start with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(one), len(other)))


def _inner_runs(base: Sequence[str], side: Sequence[str], steps: int) -> list[Match]:
    matcher = SequenceMatcher(None, base, side, autojunk=False)
    places = Counter(side)
    work = [0, *accumulate(1 + places[line] for line in base)]
    runs: list[Match] = []
    pending = deque([(0, len(base), 0, len(side))])
    while pending:
        start, end, side_start, side_end = pending.popleft()
        steps -= work[end] - work[start]
        if steps < 0:
            break
        run = matcher.find_longest_match(start, end, side_start, side_end)
        if run.size:
            runs.append(run)
            pending.append((start, run.a, side_start, run.b))
            pending.append((run.a + run.size, end, run.b + run.size, side_end))
    return sorted(runs)
