"""Inputs one after the other: so many of each kind, or for so long.

In: a seed. Out: how many were tried, and what failed, each failure once. The same seed gives the same inputs.
"""

from __future__ import annotations

import itertools
import shutil
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.fuzz.inputs import Folders, Input
from tests.fuzz.kinds import KINDS
from tests.fuzz.smaller import kind_of_failure, smaller


@dataclass(frozen=True, slots=True)
class Failure:
    """An input, and what went wrong with it."""

    input: Input
    problems: list[str]


@dataclass
class Tally:
    """What was tried so far."""

    tried: Counter[str] = field(default_factory=Counter)
    failures: dict[tuple[str, str], Failure] = field(default_factory=dict)
    repeated: Counter[str] = field(default_factory=Counter)
    """Failures like one that is known."""


@contextmanager
def emptied(folder: Path) -> Iterator[Folders]:
    """Empty folders below one that is emptied at the end."""
    numbers = itertools.count()

    def another() -> Path:
        made = folder / str(next(numbers))
        made.mkdir(parents=True)
        return made

    try:
        yield another
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def play(made: Input, folder: Path) -> list[str]:
    """What goes wrong with an input."""
    with emptied(folder / "played") as folders:
        return KINDS[made.kind].play(made, folders)


def sample(
    seed: int, folder: Path, is_over: Callable[[Tally], bool], names: Collection[str] = tuple(KINDS)
) -> Tally:
    """Kinds by turns until it is over."""
    tally = Tally()
    for number in itertools.count():
        for name in names:
            if is_over(tally):
                return tally
            made = KINDS[name].make(Random(f"{seed}/{name}/{number}"))
            tally.tried[name] += 1
            if problems := play(made, folder):
                _note(made, problems, tally, folder)
    raise AssertionError("counting ends never")


def so_many(number: int) -> Callable[[Tally], bool]:
    """Over after so many inputs."""
    return lambda tally: tally.tried.total() >= number


def so_long(minutes: float) -> Callable[[Tally], bool]:
    """Over when the time is up."""
    end = time.monotonic() + 60 * minutes
    return lambda tally: time.monotonic() > end


def _note(made: Input, problems: list[str], tally: Tally, folder: Path) -> None:
    """A failure of a new sort is made small; others are counted."""
    sort = (made.kind, kind_of_failure(problems))
    if sort in tally.failures:
        tally.repeated[" ".join(sort)] += 1
        return
    less = smaller(made, lambda each: play(each, folder))
    tally.failures[sort] = Failure(less, problems)
