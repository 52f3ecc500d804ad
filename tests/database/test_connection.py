"""A file has a write-ahead log where there can be one, and works without where there cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.cache import Cache, CachedResource
from reconciler.database.mounts import is_network_folder
from reconciler.state import History, State
from reconciler.values import Address

AGENT = Address.parse("pattern/ada/agent/flux")
STATE = Address.parse("pattern/ada/block/state")
MOUNTS = """\
/dev/sda1 / ext4 rw,relatime 0 0
files:/export /mnt/team nfs4 rw,vers=4.2 0 0
//files/a\\040b /mnt/a\\040b cifs rw 0 0
tmpfs /mnt/team/scratch tmpfs rw 0 0
host0 /work virtiofs rw 0 0
me@there:/ /home/me/there fuse.sshfs rw 0 0
nonsense
"""


def journal_mode(file: Cache | State) -> str:
    return str(file.rows("PRAGMA journal_mode")[0][0])


def without_shared_memory(path: Path) -> None:
    """What SQLite would share between processes cannot be made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_name(f"{path.name}-shm").symlink_to(path.parent / "nowhere" / "x")


def test_a_file_has_a_write_ahead_log(tmp_path: Path) -> None:
    with Cache.open(tmp_path / "c.db") as cache:
        assert journal_mode(cache) == "wal"


def test_without_shared_memory_a_file_works_without_a_log(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    without_shared_memory(path)
    with State.open(path) as one, State.open(path) as two:
        assert journal_mode(one) == journal_mode(two) == "delete"
        assert History(one).keep(STATE, "value", "calm", "drifted") == 1
        assert History(two).keep(STATE, "value", "kind", "drifted") == 2
        assert [old.value for old in History(one).of(STATE)] == ["kind", "calm"]


def test_a_file_that_had_a_log_is_still_read_where_there_is_no_shared_memory(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    with Cache.open(path) as cache:
        cache.remember([CachedResource(AGENT, "agent-1")])
    without_shared_memory(path)
    with Cache.open(path) as cache:
        assert cache.ids() == {AGENT: "agent-1"}
        assert journal_mode(cache) == "delete"


def test_on_a_network_folder_there_is_no_log_though_sqlite_would_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Cache.open(tmp_path / "c.db").close()
    monkeypatch.setattr(
        "reconciler.database.connection.mounted", lambda: f"files:/export {tmp_path} nfs4 rw 0 0\n"
    )
    with Cache.open(tmp_path / "c.db") as cache:
        assert journal_mode(cache) == "delete"
        cache.remember([CachedResource(AGENT, "agent-1")])
    assert [path.name for path in tmp_path.iterdir()] == ["c.db"]


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/mnt/team", True),
        ("/mnt/team/ci/state", True),
        ("/mnt/teams", False),
        ("/mnt/team/scratch/x", False),
        ("/mnt/a b/c", True),
        ("/work", True),
        ("/home/me/there/x", True),
        ("/home/me", False),
    ],
)
def test_a_folder_belongs_to_the_nearest_thing_that_is_mounted_above_it(folder: str, expected: bool) -> None:
    assert is_network_folder(Path(folder), MOUNTS) is expected


def test_a_system_that_does_not_tell_has_no_network_folders(tmp_path: Path) -> None:
    assert not is_network_folder(tmp_path, "")
