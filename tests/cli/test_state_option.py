"""`--state DIR` and RECONCILER_STATE put history, journal and lock on a volume; the cache may come and go."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reconciler.state import History, State
from reconciler.values import Address
from tests.cli.conftest import Run, World
from tests.database import stored

pytestmark = pytest.mark.usefixtures("project")
MOOD = "pair/1/block/mood"


def test_by_default_the_state_lies_beside_a_cache_that_was_named(
    run: Run, world: World, tmp_path: Path
) -> None:
    assert run("apply", "--yes").exit_code == 0
    assert world.written
    assert (tmp_path / "cache.state.db").is_file()


@pytest.mark.parametrize("by", ["option", "variable"])
def test_the_state_lies_in_the_folder_that_was_chosen(
    run: Run, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    volume = tmp_path / "volume"
    if by == "variable":
        monkeypatch.setenv("RECONCILER_STATE", str(volume))
    options = ("--state", str(volume)) if by == "option" else ()
    assert run("apply", "--yes", *options).exit_code == 0
    assert world.written
    (file,) = volume.glob("*.db")
    assert not (tmp_path / "cache.state.db").exists()
    with State.open(file) as state:
        History(state).keep(Address.parse(MOOD), "value", "from the volume", "drifted")
    assert "from the volume" in run("history", MOOD, *options).stdout
    assert "nobody holds a lock" in run("unlock", *options).stdout


def test_without_its_cache_the_history_is_still_there(run: Run, tmp_path: Path) -> None:
    run("apply", "--yes")
    with State.open(tmp_path / "cache.state.db") as state:
        History(state).keep(Address.parse(MOOD), "value", "calm", "drifted")
    (tmp_path / "cache.db").unlink()
    assert "calm" in run("history", MOOD).stdout


def test_the_history_of_an_earlier_release_is_shown_from_its_cache(run: Run, tmp_path: Path) -> None:
    stored.put("cache_4", tmp_path / "cache.db")
    assert "calm" in run("history", "pattern/ada@example.com/block/state").stdout


def test_an_apply_without_a_state_file_is_still_an_apply_and_says_so(
    run: Run, world: World, tmp_path: Path
) -> None:
    (tmp_path / "cache.state.db").write_bytes(b"nonsense" * 1000)
    result = run("apply", "--yes")
    assert result.exit_code == 0
    assert "going on without the state file" in result.stderr
    assert "going on without the cache" not in result.stderr
    assert f"mv {tmp_path / 'cache.state.db'}" in result.stderr
    assert len(world.written) == 4


def test_a_state_that_is_copied_into_another_folder_goes_on_there(
    run: Run, world: World, tmp_path: Path
) -> None:
    """What the README says: a new folder begins anew, and a copy of the file carries the history."""
    old, new = tmp_path / "old", tmp_path / "new"
    assert run("apply", "--yes", "--state", str(old)).exit_code == 0
    (file,) = old.glob("*.db")
    with State.open(file) as state:
        History(state).keep(Address.parse(MOOD), "value", "calm", "drifted")
    assert "is as declared" in run("plan", "--state", str(new)).stdout
    assert "calm" not in run("history", MOOD, "--state", str(new)).output
    assert {each.name for each in new.glob("*.db")} == {file.name}
    shutil.copy(file, new / file.name)
    assert "calm" in run("history", MOOD, "--state", str(new)).stdout
    assert "is as declared" in run("plan", "--state", str(new)).stdout
    assert str(new / file.name) in run("doctor", "--state", str(new)).output


def test_a_state_beside_a_cache_is_carried_under_the_name_of_the_folder(
    run: Run, world: World, tmp_path: Path
) -> None:
    assert run("apply", "--yes").exit_code == 0
    beside = tmp_path / "cache.state.db"
    with State.open(beside) as state:
        History(state).keep(Address.parse(MOOD), "value", "calm", "drifted")
    volume = tmp_path / "volume"
    run("plan", "--state", str(volume))
    (file,) = volume.glob("*.db")
    shutil.copy(beside, file)
    assert "calm" in run("history", MOOD, "--state", str(volume)).stdout
