"""Drawn histories go well, kept ones too, and the machinery itself notices what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.values import Effect, Ownership, Verdict
from reconciler.values import ownership as table
from tests.histories.draw import draw
from tests.histories.history import History, read
from tests.histories.play import play
from tests.histories.soak import smaller

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
SEEDS, SLICES = 300, 30
"""Histories of the suite, and tests they are told apart by; 10,000 are played by `make histories`."""


def _check(history: History) -> None:
    played = play(history)
    if not played.is_well:
        found = smaller(history, played)
        pytest.fail("\n".join([*played.wrong, "the smallest case:", found.text()]), pytrace=False)


@pytest.mark.parametrize("part", range(SLICES))
def test_drawn_histories_go_well(part: int) -> None:
    for seed in range(part, SEEDS, SLICES):
        _check(draw(seed))


@pytest.mark.parametrize("case", [pytest.param(case, id=case.stem) for case in CASES])
def test_kept_histories_go_well(case: Path, request: pytest.FixtureRequest) -> None:
    history = read(case)
    if history.known:
        request.applymarker(pytest.mark.xfail(reason=history.known, strict=True))
    played = play(history)
    assert played.is_well, "\n".join(played.wrong)


def test_a_seed_always_draws_the_same_history() -> None:
    assert draw(7).text() == draw(7).text()
    assert draw(7).text() != draw(8).text()


def test_a_history_is_read_as_it_was_written(tmp_path: Path) -> None:
    history = draw(11)
    file = tmp_path / "case.yaml"
    file.write_text(history.text(), encoding="utf-8")
    assert read(file) == history


def test_an_ownership_table_that_overwrites_learning_is_noticed_and_shrunk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(table.EFFECTS, (Ownership.SEEDED, Verdict.LEARNED), Effect.WRITE)
    history, played = next((h, p) for h in map(draw, range(60)) if not (p := play(h)).is_well)
    found = smaller(history, played)
    assert len(found.steps) < len(history.steps)
    assert any("writes" in step for step in found.steps)
