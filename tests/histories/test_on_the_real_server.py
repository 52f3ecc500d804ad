"""Histories without faults on the real server, held against the same oracle; the auditor of the tests looks
on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.histories.draw import draw
from tests.histories.history import read
from tests.histories.play import play
from tests.histories.servers import Real

QUICK, ALL = range(4), range(4, 20)
"""Seeds of the suite, and those that only a soak plays: a history takes some five seconds here."""
SEEDS = [*QUICK, *(pytest.param(seed, marks=pytest.mark.soak) for seed in ALL)]


@pytest.mark.parametrize("seed", SEEDS)
def test_calm_histories_go_well_there_too(seed: int, real: Real) -> None:
    history = draw(seed, calm=True)
    played = play(history, real)
    assert played.is_well, "\n".join((*played.wrong, *played.log))


def test_a_copy_of_what_was_destroyed_takes_no_place_there_either(real: Real) -> None:
    history = read(Path(__file__).parent / "cases" / "fork-of-what-was-destroyed-and-is-declared.yaml")
    played = play(history, real)
    assert played.is_well, "\n".join((*played.wrong, *played.log))
