"""A program keeps old values where it was told to: in a folder, beside its cache, or nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler import Constellations
from reconciler.errors import Diagnostic
from tests.runtime import team

NO_SERVER = "http://127.0.0.1:9"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The manifests; nothing here asks a server."""
    return team.write(tmp_path / "project")


def state_of(folder: Path, **arguments: object) -> Path | None:
    """Where a program that is opened like this keeps its state."""
    with Constellations(folder, base_url=NO_SERVER, **arguments) as opened:  # type: ignore[arg-type]
        state = opened.session.state
        return state.path if state is not None else None


def test_the_state_lies_beside_a_cache_that_was_named(folder: Path, tmp_path: Path) -> None:
    assert state_of(folder, cache=tmp_path / "c.db") == tmp_path / "c.state.db"


def test_a_folder_goes_before_the_environment_and_that_before_the_cache(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILER_STATE", str(tmp_path / "volume"))
    named = state_of(folder, cache=tmp_path / "c.db", state=tmp_path / "named")
    by_the_environment = state_of(folder, cache=tmp_path / "c.db")
    assert named is not None
    assert by_the_environment is not None
    assert (named.parent, by_the_environment.parent) == (tmp_path / "named", tmp_path / "volume")
    assert named.name == by_the_environment.name


def test_without_a_cache_there_is_a_state_only_where_one_is_named(folder: Path, tmp_path: Path) -> None:
    assert state_of(folder, cache=False) is None
    assert state_of(folder, cache=False, state=tmp_path / "named") is not None
    assert state_of(folder, cache=tmp_path / "c.db", state=False) is None


def test_a_state_that_cannot_be_opened_is_said_and_the_program_goes_on(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told: list[Diagnostic] = []
    assert state_of(folder, cache=tmp_path / "c.db", state=tmp_path / "file", warn=told.append) is None
    assert ["going on without the state file" in each.why for each in told] == [True]
