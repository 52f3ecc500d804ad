"""A record that is behind what was seen before is told from one that was made anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.state import Serials, State
from reconciler.values import Owner, SetRecord

ADA, BOB = Owner("team", "ada"), Owner("team", "bob")


@pytest.fixture
def serials(tmp_path: Path) -> Iterator[Serials]:
    with State.open(tmp_path / "demo.db", patience=0) as state:
        yield Serials(state)


def records(*found: SetRecord) -> dict[Owner, SetRecord]:
    return {each.owner: each for each in found}


def of(owner: Owner, serial: int, block: str = "block-1") -> SetRecord:
    return SetRecord("demo", owner, serial, id=block)


def test_a_lower_number_of_one_block_is_behind_until_somebody_believes_it(serials: Serials) -> None:
    assert serials.learn(records(of(ADA, 7), of(BOB, 3))) == {}
    for _ in range(2):
        assert serials.learn(records(of(ADA, 5), of(BOB, 4))) == {ADA: 7}
    serials.believe([of(ADA, 5)])
    assert serials.learn(records(of(ADA, 5), of(BOB, 4))) == {}
    assert serials.learn(records(of(ADA, 4), of(BOB, 3))) == {ADA: 5, BOB: 4}


def test_another_block_is_another_record(serials: Serials) -> None:
    serials.learn(records(of(ADA, 7)))
    assert serials.learn(records(of(ADA, 1, "block-2"))) == {}
    assert serials.learn(records(of(ADA, 6))) == {}


def test_a_record_that_was_just_written_has_no_block_yet(serials: Serials) -> None:
    serials.believe([of(ADA, 2, "")])
    assert serials.learn(records(of(ADA, 1))) == {ADA: 2}
    assert serials.learn(records(of(ADA, 2))) == {}
    assert serials.learn(records(of(ADA, 1, "block-2"))) == {}


def test_only_a_run_over_everything_forgets_sets_without_a_record(serials: Serials) -> None:
    serials.learn(records(of(ADA, 7), of(BOB, 7)))
    serials.learn({}, is_everything=False)
    assert serials.learn(records(of(ADA, 1))) == {ADA: 7}
    serials.learn(records(of(ADA, 7)), is_everything=True)
    assert serials.learn(records(of(BOB, 1))) == {}
