"""A file that is deleted or replaced while it is open, as by somebody who tidies up below a running bot."""

from __future__ import annotations

from pathlib import Path

from reconciler import Constellations
from reconciler.cache import Cache, CachedResource
from reconciler.errors import Diagnostic
from reconciler.state import State
from reconciler.values import Address
from tests.runtime import team

AGENT = CachedResource(Address.parse("team/42/agent/lead"), "agent-1")


def delete(path: Path) -> None:
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


def test_what_is_written_after_a_deletion_is_there_for_the_next_process(tmp_path: Path) -> None:
    path, told = tmp_path / "c.db", list[Diagnostic]()
    with Cache.open(path, warn=told.append) as cache:
        delete(path)
        cache.remember([AGENT])
        with Cache.open(path) as other:
            assert other.ids() == {AGENT.address: "agent-1"}
        assert cache.ids() == {AGENT.address: "agent-1"}
    assert [each.summary for each in told] == ["the cache was deleted or replaced while it was open"]


def test_a_file_put_in_its_place_is_used(tmp_path: Path) -> None:
    path, told = tmp_path / "c.db", list[Diagnostic]()
    with Cache.open(tmp_path / "other.db") as other:
        other.remember([AGENT])
    with Cache.open(path, warn=told.append) as cache:
        delete(path)
        (tmp_path / "other.db").rename(path)
        assert cache.ids() == {AGENT.address: "agent-1"}
    assert len(told) == 1


def test_a_state_file_says_its_own_name(tmp_path: Path) -> None:
    told = list[Diagnostic]()
    with State.open(tmp_path / "s.db", warn=told.append) as state:
        delete(tmp_path / "s.db")
        assert state.rows("SELECT count(*) FROM history") == [(0,)]
    assert told[0].summary.startswith("the state file was deleted")


def test_two_that_run_go_on_with_one_file(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    with Cache.open(path) as one, Cache.open(path) as two:
        delete(path)
        one.remember([AGENT])
        assert two.ids() == one.ids()


def test_a_program_is_told_by_its_own_way(tmp_path: Path) -> None:
    told, folder = list[Diagnostic](), team.write(tmp_path / "project")
    cache = tmp_path / "bot.db"
    with Constellations(folder, base_url="http://127.0.0.1:1", cache=cache, warn=told.append) as bot:
        delete(cache)
        assert bot.user("42").agent_cached("lead") is None
    assert ["deleted or replaced" in each.summary for each in told] == [True]
