"""A new state takes over what the cache of an earlier release holds: once, in full; the cache stays."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import astuple
from pathlib import Path

import pytest

from reconciler.errors import StateError
from reconciler.lock.in_state_file import holder_of
from reconciler.process import Process, this_process
from reconciler.state import History, Journal, State, Texts
from reconciler.values import Address, digest
from tests.database import stored
from tests.state.test_state_file import OPEN_AND_KEEP

BLOCK = Address.parse("pattern/ada@example.com/block/state")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache of the last release that kept everything in it."""
    return stored.put("cache_4", tmp_path / "c.db")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "c.state.db"


def held_by(cache: Path, process: Process) -> None:
    """The apply that runs by this cache is of that process."""
    sql = "UPDATE lease SET who = ?, host = ?, machine = ?, pid = ?, started = ?"
    with closing(sqlite3.connect(cache, isolation_level=None)) as connection:
        connection.execute(sql, astuple(process))


def test_history_journal_lease_and_texts_are_taken_over(cache: Path, path: Path) -> None:
    with State.open(path, old_cache=cache) as state:
        old = list(History(state).of(BLOCK))
        (intent,) = Journal(state, "run-2").open_intents()
        holder = holder_of(state)
        text = Texts(state).find(BLOCK, "value", digest("one\ntwo\n"))
    assert [(each.number, each.value) for each in old] == [(2, 'it\'s "kind";\n-- 支援\n'), (1, "calm")]
    assert (intent.number, intent.run, intent.operation) == (3, "run-1", "create")
    assert holder is not None
    assert (holder.signature.process["who"], holder.signature.process["pid"]) == ("ada", "4711")
    assert text == "one\ntwo\n"


def test_numbers_go_on_where_they_were(cache: Path, path: Path) -> None:
    with State.open(path, old_cache=cache) as state:
        assert History(state).keep(BLOCK, "value", "new", "drifted") == 3


def test_the_cache_stays_as_it_is(cache: Path, path: Path) -> None:
    before = stored.content(cache)
    State.open(path, old_cache=cache).close()
    assert stored.content(cache) == before


def test_a_cache_is_read_only_once(cache: Path, path: Path) -> None:
    State.open(path, old_cache=cache).close()
    cache.write_bytes(b"nonsense" * 1000)
    with State.open(path, old_cache=cache) as state:
        assert len(list(History(state).of(BLOCK))) == 2


def test_a_cache_that_comes_after_the_state_is_not_read(path: Path, tmp_path: Path) -> None:
    State.open(path, old_cache=tmp_path / "c.db").close()
    stored.put("cache_4", tmp_path / "c.db")
    with State.open(path, old_cache=tmp_path / "c.db") as state:
        assert History(state).addresses() == []


def test_the_lease_of_a_dead_process_is_left(cache: Path, path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    me = this_process()
    held_by(cache, Process(me.who, me.host, me.machine, process.pid, ""))
    with State.open(path, old_cache=cache) as state:
        assert holder_of(state) is None


@pytest.mark.parametrize("name", ["cache_1", "cache_2", "cache_3"])
def test_earlier_caches_give_what_they_have(name: str, path: Path, tmp_path: Path) -> None:
    cache = stored.put(name, tmp_path / "c.db")
    with State.open(path, old_cache=cache) as state:
        assert History(state).addresses() == []
        assert len(list(Journal(state, "run-2").open_intents())) == (0 if name == "cache_1" else 1)


def test_a_cache_that_cannot_be_read_is_an_error_and_nothing_is_lost(cache: Path, path: Path) -> None:
    whole = cache.read_bytes()
    cache.write_bytes(b"nonsense" * 1000)
    with pytest.raises(StateError) as caught:
        State.open(path, old_cache=cache)
    assert f"mv {cache} {cache}.broken" in caught.value.hint
    assert "rm " not in caught.value.hint
    cache.write_bytes(whole)
    with State.open(path, old_cache=cache) as state:
        assert len(list(History(state).of(BLOCK))) == 2


def test_two_processes_that_open_it_first_take_over_once(cache: Path, path: Path) -> None:
    command = [sys.executable, "-c", OPEN_AND_KEEP, str(path), str(cache), str(BLOCK)]
    processes = [subprocess.Popen([*command, f"value {number}"]) for number in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    with State.open(path) as state:
        old = list(History(state).of(BLOCK))
    assert [each.number for each in old] == [4, 3, 2, 1]
    assert {each.value for each in old[:2]} == {"value 0", "value 1"}
