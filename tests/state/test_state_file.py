"""The state file is for its owner alone, lies where it was told to, and outlives the cache."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.cache import Cache
from reconciler.errors import StateError
from reconciler.state import History, State, path_of
from reconciler.values import Address

URL = "http://letta.test"
BLOCK = Address.parse("pattern/ada@example.com/block/state")
OPEN_AND_KEEP = """
import sys
from pathlib import Path
from reconciler.state import History, State
from reconciler.values import Address
with State.open(Path(sys.argv[1]), old_cache=Path(sys.argv[2])) as state:
    History(state).keep(Address.parse(sys.argv[3]), "value", sys.argv[4], "drifted")
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "vault" / "demo.db"
    with State.open(path) as state:
        History(state).keep(BLOCK, "value", "calm", "drifted")
        assert {mode(file) for file in path.parent.iterdir()} == {0o600}
    assert mode(path.parent) == 0o700


def test_at_rest_it_is_one_file_that_can_be_carried(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    with State.open(path) as state:
        History(state).keep(BLOCK, "value", "calm", "drifted")
    assert list(tmp_path.iterdir()) == [path]
    with State.open(path.rename(tmp_path / "carried.db")) as state:
        assert [old.value for old in History(state).of(BLOCK)] == ["calm"]


def test_deleting_the_cache_takes_nothing_from_it(tmp_path: Path) -> None:
    cache, path = tmp_path / "demo.db", tmp_path / "demo.state.db"
    with Cache.open(cache), State.open(path, old_cache=cache) as state:
        History(state).keep(BLOCK, "value", "calm", "drifted")
    cache.unlink()
    with Cache.open(cache), State.open(path, old_cache=cache) as state:
        assert [old.value for old in History(state).of(BLOCK)] == ["calm"]


def test_many_processes_may_make_it_at_once(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    command = [sys.executable, "-c", OPEN_AND_KEEP, str(path), str(tmp_path / "no.db"), str(BLOCK)]
    processes = [subprocess.Popen([*command, f"value {number}"]) for number in range(4)]
    assert [process.wait(60) for process in processes] == [0] * 4
    with State.open(path) as state:
        assert {old.value for old in History(state).of(BLOCK)} == {f"value {number}" for number in range(4)}


def test_a_place_that_is_no_directory_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError) as caught:
        State.open(tmp_path / "file" / "demo.db")
    assert "--state DIR or RECONCILER_STATE" in caught.value.hint


def test_a_folder_goes_before_a_cache_and_a_cache_before_the_usual_place(tmp_path: Path) -> None:
    chosen = path_of(URL, "demo", tmp_path / "vault", tmp_path / "c.db")
    assert chosen.parent == tmp_path / "vault"
    assert path_of(URL, "demo", cache=tmp_path / "c.db") == tmp_path / "c.state.db"
    assert path_of(URL, "demo", cache=tmp_path / "c") == tmp_path / "c.state.db"
    usual = path_of(URL, "demo")
    assert usual.name == chosen.name
    assert usual.parent.name == "state"


def test_servers_and_projects_have_files_of_their_own(tmp_path: Path) -> None:
    names = {
        path_of(URL, "a", tmp_path),
        path_of(f"{URL}/", "a", tmp_path),
        path_of("http://letta.test:1", "a", tmp_path),
        path_of(URL, "../b", tmp_path),
    }
    assert len(names) == 3
    assert {name.parent for name in names} == {tmp_path}


def test_others_can_pass_the_folder_that_state_and_server_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.state.location.user_state_path", lambda name: tmp_path / "home" / name)
    path = path_of(URL, "demo")
    State.open(path).close()
    assert mode(path.parent) == 0o700
    assert mode(path.parent.parent) & 0o011 == 0o011
