"""Old values are numbered for each address, kept across crashes, and the oldest go first."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.errors import CacheError
from reconciler.state import KEPT, History, State
from reconciler.values import Address, Owner

ADA = Owner("pattern", "ada@example.com")
STATE = Address(ADA, "block", "state")
PERSONA = Address(ADA, "block", "persona", agent="flux")
NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "demo.db"


def open_state(path: Path) -> State:
    return State.open(path, clock=lambda: NOON, patience=0)


def test_a_kept_value_is_there_after_opening_again(path: Path) -> None:
    with open_state(path) as state:
        assert History(state).keep(STATE, "value", "calm\nand kind", "drifted") == 1
    with open_state(path) as state:
        (found,) = History(state).of(STATE)
        assert (found.number, found.path, found.value, found.why) == (1, "value", "calm\nand kind", "drifted")
        assert found.replaced_at == "2026-01-02T12:00:00+00:00"
        assert History(state).get(STATE, 1) == found
        assert History(state).get(STATE, 2) is None


def test_a_kept_value_is_there_although_the_process_never_closed_the_file(path: Path) -> None:
    dying, after = open_state(path), open_state(path)
    History(dying).keep(STATE, "value", "calm", "drifted")
    assert [old.value for old in History(after).of(STATE)] == ["calm"]
    dying.close()
    after.close()


def test_numbers_count_for_each_address_and_the_newest_comes_first(path: Path) -> None:
    with open_state(path) as state:
        history = History(state)
        for value in ("one", "two"):
            history.keep(STATE, "value", value, "drifted")
        assert history.keep(PERSONA, "value", "one", "destroy") == 1
        assert [(old.number, old.value) for old in history.of(STATE)] == [(2, "two"), (1, "one")]
        assert history.addresses() == [PERSONA, STATE]


def test_a_change_that_is_tried_again_keeps_its_value_once(path: Path) -> None:
    with open_state(path) as state:
        history = History(state)
        numbers = [history.keep(STATE, "value", value, "drifted") for value in ("one", "one", "two", "one")]
    assert numbers == [1, 1, 2, 3]


def test_the_oldest_values_of_an_address_go_and_numbers_are_never_given_twice(path: Path) -> None:
    with open_state(path) as state:
        history = History(state)
        history.keep(PERSONA, "value", "stays", "drifted")
        for number in range(KEPT + 5):
            history.keep(STATE, "value", f"value {number}", "drifted")
        kept = [old.number for old in history.of(STATE)]
        assert kept == list(range(KEPT + 5, 5, -1))
        assert [old.value for old in history.of(PERSONA)] == ["stays"]


def test_a_renamed_block_keeps_its_old_values(path: Path) -> None:
    with open_state(path) as state:
        history = History(state)
        history.keep(STATE, "value", "one", "drifted")
        history.move(STATE, PERSONA)
        assert [old.value for old in history.of(PERSONA)] == ["one"]
        history.keep(STATE, "value", "two", "drifted")
        history.move(STATE, PERSONA)
        assert [old.value for old in history.of(PERSONA)] == ["one"]
        assert [old.value for old in history.of(STATE)] == ["two"]


def test_old_values_are_for_the_owner_only(path: Path) -> None:
    with open_state(path) as state:
        History(state).keep(STATE, "value", "calm", "drifted")
        modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {0o600}


def test_a_value_that_cannot_be_stored_is_an_error_not_a_loss(path: Path) -> None:
    with open_state(path) as state, open_state(path) as busy:
        history = History(state)
        with busy.transaction(), pytest.raises(CacheError, match="another process"):
            history.keep(STATE, "value", "calm", "drifted")
