"""Histories without faults on the real server, held against the same oracle; the auditor of the tests looks
on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.server import ServerInstance
from tests.audit.snapshot import Eyes
from tests.histories.draw import draw
from tests.histories.history import read
from tests.histories.play import play
from tests.histories.servers import Real

QUICK, ALL = range(4), range(4, 20)
"""Seeds of the suite, and those that only a soak plays: a history takes some five seconds here."""
SEEDS = [*QUICK, *(pytest.param(seed, marks=pytest.mark.soak) for seed in ALL)]


@pytest.mark.parametrize("seed", SEEDS)
def test_calm_histories_go_well_there_too(
    seed: int, letta_url: str, letta_server: ServerInstance, eyes_on: Callable[[ServerInstance], Eyes]
) -> None:
    history = draw(seed, calm=True)
    played = play(history, Real(letta_url, eyes_on(letta_server).look))
    assert played.is_well, "\n".join((*played.wrong, *played.log))


def test_a_copy_of_what_was_destroyed_takes_no_place_there_either(
    letta_url: str, letta_server: ServerInstance, eyes_on: Callable[[ServerInstance], Eyes]
) -> None:
    history = read(Path(__file__).parent / "cases" / "fork-of-what-was-destroyed-and-is-declared.yaml")
    played = play(history, Real(letta_url, eyes_on(letta_server).look))
    assert played.is_well, "\n".join((*played.wrong, *played.log))
