"""The cache remembers, forgets, and explains every way a file can fail."""

from __future__ import annotations

import sqlite3
import stat
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.cache import Cache, CachedResource, default_path, remembered
from reconciler.errors import CacheError
from reconciler.values import Address, FileContent, Live, LiveResource, Marker, Owner, Secret, Selector

ADA = Owner("pattern", "42")
BEN = Owner("pattern", "ben@example.com")
AGENT = Address(ADA, "agent", "flux")
PERSONA = Address(ADA, "block", "persona", agent="flux")
TOOL = Address(Owner(), "tool", "log_mood")
OTHER = Address(BEN, "agent", "flux")
NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "demo.db"


def open_cache(path: Path) -> Cache:
    return Cache.open(path, clock=lambda: NOON, patience=0)


def cached(address: Address, server_id: str = "id-1") -> CachedResource:
    return CachedResource(
        address, server_id, "name", {"model": "abc"}, {"id": server_id, "fields": {"a": [1]}}
    )


def test_what_is_remembered_is_still_there_after_opening_again(path: Path) -> None:
    with open_cache(path) as cache:
        cache.remember([cached(AGENT), cached(TOOL, "id-2")])
    with open_cache(path) as cache:
        assert cache.ids() == {AGENT: "id-1", TOOL: "id-2"}
        found = cache.get(AGENT)
        assert found is not None
        assert found.base == {"model": "abc"}
        assert found.document == {"id": "id-1", "fields": {"a": [1]}}
        assert found.seen_at == "2026-01-02T12:00:00+00:00"


def test_an_unknown_address_is_none(path: Path) -> None:
    with open_cache(path) as cache:
        assert cache.get(AGENT) is None


def test_remembering_again_replaces(path: Path) -> None:
    with open_cache(path) as cache:
        cache.remember([cached(AGENT, "old")])
        cache.remember([cached(AGENT, "new")])
        assert cache.ids() == {AGENT: "new"}


def test_forgetting_leaves_the_others(path: Path) -> None:
    with open_cache(path) as cache:
        cache.remember([cached(AGENT), cached(TOOL)])
        cache.forget([AGENT])
        assert list(cache.ids()) == [TOOL]


def test_a_selector_chooses_by_segment(path: Path) -> None:
    with open_cache(path) as cache:
        cache.remember([cached(AGENT), cached(PERSONA), cached(OTHER), cached(TOOL)])
        chosen = [record.address for record in cache.list(Selector("pattern/42"))]
    assert chosen == [AGENT, PERSONA]


def test_a_read_of_one_set_replaces_that_set_only(path: Path) -> None:
    with open_cache(path) as cache:
        cache.remember([cached(AGENT), cached(PERSONA), cached(OTHER)])
        cache.replace_all([ADA], [cached(AGENT, "new")])
        assert cache.ids() == {AGENT: "new", OTHER: "id-1"}


def test_a_read_of_everything_replaces_everything(path: Path) -> None:
    with open_cache(path) as cache:
        cache.remember([cached(AGENT), cached(OTHER)])
        cache.replace_all(None, [cached(TOOL)])
        assert list(cache.ids()) == [TOOL]


def test_a_failed_write_leaves_nothing_behind(path: Path) -> None:
    broken = CachedResource(OTHER, None)  # type: ignore[arg-type]
    with open_cache(path) as cache:
        with pytest.raises(CacheError):
            cache.remember([cached(AGENT), broken])
        assert cache.ids() == {}
        cache.remember([cached(AGENT)])
        assert list(cache.ids()) == [AGENT]


def test_odd_user_ids_survive(path: Path) -> None:
    odd = Address(Owner("支援", "a/b c%🌱"), "agent", "名前")
    with open_cache(path) as cache:
        cache.remember([cached(odd)])
        assert list(cache.ids()) == [odd]


def test_several_threads_may_write(path: Path) -> None:
    with open_cache(path) as cache:
        addresses = [Address(ADA, "agent", f"a{number}") for number in range(20)]
        threads = [threading.Thread(target=cache.remember, args=([cached(a)],)) for a in addresses]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(cache.ids()) == set(addresses)


def test_only_the_owner_can_read_it(path: Path) -> None:
    with open_cache(path) as cache:
        cache.remember([cached(AGENT)])
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_damaged_page_is_a_cache_error(path: Path) -> None:
    with open_cache(path) as cache:
        cache.remember([cached(Address(ADA, "agent", f"a{number}")) for number in range(500)])
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(bytes(content))
    with pytest.raises(CacheError, match=r"damaged"), open_cache(path) as cache:
        cache.ids()


def test_a_locked_cache_says_so(path: Path) -> None:
    with open_cache(path) as cache:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CacheError, match="another process"):
            cache.remember([cached(AGENT)])
        other.close()


def test_a_new_cache_that_another_process_is_making_is_waited_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(time, "sleep", lambda seconds: other.execute("COMMIT"))
    Cache.open(path).close()
    other.close()


def test_a_place_that_is_no_directory_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheError) as caught:
        open_cache(tmp_path / "file" / "demo.db")
    assert "--cache" in caught.value.hint


def test_servers_and_projects_have_caches_of_their_own() -> None:
    paths = {
        default_path("http://localhost:8283", "a"),
        default_path("http://localhost:8283/", "a"),
        default_path("http://localhost:8284", "a"),
        default_path("http://localhost:8283", "b"),
    }
    assert len(paths) == 3
    assert all(path.suffix == ".db" for path in paths)


def test_a_project_name_cannot_leave_the_cache_directory() -> None:
    path = default_path("http://x", "../../etc/passwd")
    assert path.parent == default_path("http://x", "a").parent


def test_a_live_group_is_remembered_with_what_it_is_made_of_and_no_secret() -> None:
    group = Address(ADA, "group", "main")
    leaves = {"max_turns": 3, "token": Secret("canary"), "f": FileContent("ab")}
    live = Live(
        {
            group: LiveResource("group", "group-1", "", leaves, Marker("p", group, {"max_turns": "d"})),
            AGENT: LiveResource("agent", "agent-1", "n", {"model": "m"}),
        }
    )
    records = {record.address: record for record in remembered(live)}
    assert records[group].document == {"id": "group-1", "fields": {"max_turns": 3}, "serial": None}
    assert records[group].base == {"max_turns": "d"}
    assert records[AGENT].document is None
    assert "canary" not in repr(records)
