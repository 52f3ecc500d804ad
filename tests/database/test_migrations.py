"""Migrations are numbered without gaps, shipped, safe to run twice, and lose nothing of a stored file."""

from __future__ import annotations

import re
import sqlite3
import stat
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import pytest

from reconciler.cache import Cache
from reconciler.database import Database
from reconciler.database.schema import migrations, statements, upgrade
from reconciler.errors import CacheError
from reconciler.state import History, State, Texts
from reconciler.values import Address, digest
from tests.database import stored

EVERY = pytest.mark.parametrize("kind", [Cache, State])
OLD_CACHES = [name for name in stored.names() if name.startswith("cache_")]
OLD_STATES = [name for name in stored.names() if name.startswith("state_")]
NEWEST = max(migrations("reconciler.cache"))
AGENT = Address.parse("pattern/ada@example.com/agent/flux")
BLOCK = Address.parse("pattern/ada@example.com/block/state")


@EVERY
def test_files_are_numbered_from_one_without_gaps(kind: type[Database]) -> None:
    package = kind.SCHEMA.package
    names = sorted(e.name for e in files(package).joinpath("migrations").iterdir() if e.is_file())
    assert all(re.fullmatch(r"\d{4}_[a-z_]+\.sql", name) for name in names)
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert list(migrations(package)) == list(range(1, len(names) + 1))


@EVERY
def test_an_upgrade_ends_at_the_newest_version_and_can_be_repeated(kind: type[Database]) -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    upgrade(connection, Path("x"), kind.SCHEMA)
    upgrade(connection, Path("x"), kind.SCHEMA)
    newest = max(migrations(kind.SCHEMA.package))
    assert connection.execute("PRAGMA user_version").fetchone()[0] == newest
    connection.close()


def test_statements_are_told_apart_also_with_semicolons_in_text() -> None:
    found = list(statements("CREATE TABLE a (b TEXT DEFAULT ';');\n-- note;\nSELECT 1;\n"))
    assert len(found) == 2


def test_every_version_of_both_files_is_stored() -> None:
    assert [f"cache_{number}" for number in migrations("reconciler.cache")] == OLD_CACHES
    assert [f"state_{number}" for number in migrations("reconciler.state")] == OLD_STATES


@pytest.mark.parametrize("name", OLD_STATES)
def test_a_stored_state_is_brought_up_to_date_and_keeps_what_no_server_tells(
    name: str, tmp_path: Path
) -> None:
    path = stored.put(name, tmp_path / "s.db")
    version, newest = stored.version(path), max(migrations("reconciler.state"))
    with State.open(path) as state:
        assert [old.value for old in History(state).of(BLOCK)] == ["calm"]
        assert Texts(state).find(BLOCK, "value", digest("one\ntwo\n")) == "one\ntwo\n"
    assert stored.version(path) == newest
    assert (tmp_path / f"s.db.v{version}.bak").exists() is (version < newest)


@pytest.mark.parametrize("name", OLD_CACHES)
def test_a_stored_cache_is_brought_up_to_date_and_keeps_its_ids(name: str, tmp_path: Path) -> None:
    path = stored.put(name, tmp_path / "c.db")
    with Cache.open(path) as cache:
        assert cache.ids()[AGENT] == "agent-1"
        assert len(cache.ids()) == 3
    assert stored.version(path) == NEWEST


@pytest.mark.parametrize("name", OLD_CACHES)
def test_a_file_is_copied_before_it_is_migrated_and_only_then(name: str, tmp_path: Path) -> None:
    path = stored.put(name, tmp_path / "c.db")
    before, version = stored.content(path), stored.version(path)
    copy = tmp_path / f"c.db.v{version}.bak"
    Cache.open(path).close()
    assert copy.exists() is (version < NEWEST)
    if copy.exists():
        assert stored.content(copy) == before
        assert stored.version(copy) == version
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600


@EVERY
def test_a_new_file_is_not_copied(kind: type[Database], tmp_path: Path) -> None:
    kind.open(tmp_path / "new.db").close()
    assert not list(tmp_path.glob("*.bak"))


def test_without_a_copy_nothing_is_migrated(tmp_path: Path) -> None:
    path = stored.put("cache_1", tmp_path / "c.db")
    (tmp_path / "c.db.v1.bak").mkdir()
    with pytest.raises(CacheError):
        Cache.open(path)
    assert stored.version(path) == 1


@EVERY
def test_a_newer_schema_is_left_alone(kind: type[Database], tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    kind.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 9999")
    connection.close()
    with pytest.raises(CacheError, match="newer") as caught:
        kind.open(path)
    assert "upgrade" in caught.value.hint
    assert stored.version(path) == 9999


class Full:
    """A connection to a file on a disk that is full: SQLite gives the transaction up by itself."""

    in_transaction = False

    def execute(self, statement: str) -> object:
        if statement.startswith("PRAGMA user_version"):
            return SimpleNamespace(fetchone=lambda: (0,))
        if statement.startswith("BEGIN"):
            return None
        if statement == "ROLLBACK":
            raise sqlite3.OperationalError("cannot rollback - no transaction is active")
        raise sqlite3.OperationalError("database or disk is full")


@EVERY
def test_a_new_file_on_a_full_disk_says_that_the_disk_is_full(kind: type[Database], tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="disk is full"):
        upgrade(Full(), tmp_path / "c.db", kind.SCHEMA)  # type: ignore[arg-type]
