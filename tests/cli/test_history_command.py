"""`history` shows what the state file kept, and says plainly what it does not have."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.state import History, State
from reconciler.values import Address
from tests.cli.conftest import Run, World

MOOD = "pair/1/block/mood"
NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def kept(project: Path, tmp_path: Path) -> None:
    """Two old values of one block."""
    with State.open(tmp_path / "cache.state.db", clock=lambda: NOON) as state:
        history = History(state)
        history.keep(Address.parse(MOOD), "value", "\n calm\nand \x1b[31mkind", "drifted")
        history.keep(Address.parse(MOOD), "value", "x" * 500, "field_changed")


@pytest.mark.usefixtures("kept")
def test_the_newest_comes_first_with_time_reason_first_line_and_length(run: Run) -> None:
    result = run("history", MOOD)
    newest, oldest = result.stdout.splitlines()
    assert newest.startswith("@2  2026-01-02T12:00:00+00:00  field_changed  ")
    assert newest.endswith("  500 characters")
    assert len(newest) <= 120
    assert oldest.endswith('drifted        "calm"  20 characters')
    assert f"reconciler restore {MOOD}@2" in result.stderr


@pytest.mark.usefixtures("kept")
def test_one_value_is_printed_whole_and_exactly(run: Run) -> None:
    assert run("history", MOOD, "--full", "1").stdout == "\n calm\nand \x1b[31mkind"


@pytest.mark.usefixtures("kept")
def test_programs_get_everything(run: Run) -> None:
    document = json.loads(run("history", MOOD, "--json").stdout)
    assert document["format_version"] == "1.0"
    assert document["address"] == MOOD
    assert [entry["n"] for entry in document["history"]] == [2, 1]
    assert document["history"][0] == {
        "n": 2,
        "replaced_at": "2026-01-02T12:00:00+00:00",
        "why": "field_changed",
        "path": "value",
        "value": "x" * 500,
    }
    assert len(json.loads(run("history", MOOD, "--json", "--full", "1").stdout)["history"]) == 1


@pytest.mark.usefixtures("kept")
def test_a_block_without_old_values_is_told_from_those_that_have_some(run: Run) -> None:
    result = run("history", "pair/2/block/mood")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert f"there are some of: {MOOD}" in result.stderr


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("history", MOOD, "--full", "9"), "there are 1 to 2"),
        (("history", "mood"), "is not an address"),
        (("restore", f"{MOOD}@9"), "there are 1 to 2"),
        (("restore", MOOD), "does not say which old value"),
        (("restore", "pair/2/block/mood@1"), "no apply from this machine"),
        (("restore", f"{MOOD}@1"), "no such block on the server"),
    ],
)
def test_what_is_not_there_is_an_error_with_what_there_is(
    run: Run, world: World, arguments: tuple[str, ...], said: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert not world.written


def test_without_a_state_file_there_is_no_history(run: Run, project: Path) -> None:
    result = run("history", MOOD)
    assert result.exit_code == 1
    assert "nothing is kept here for project" in result.stderr
    assert "--state DIR" in result.stderr


@pytest.mark.usefixtures("kept")
def test_a_value_that_is_there_already_is_not_written_again(run: Run, world: World) -> None:
    assert run("apply", "--yes").exit_code == 0
    block = world.live[Address.parse(MOOD)]
    world.live[Address.parse(MOOD)] = replace(block, leaves={**block.leaves, "value": "x" * 500})
    world.written.clear()
    result = run("restore", f"{MOOD}@2", "--yes")
    assert result.exit_code == 0
    assert "No changes." in result.stdout
    assert not world.written
