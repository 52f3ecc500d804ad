"""A cache or a state that cannot be used stands in nobody's way: it is said, and plan and apply go on."""

from __future__ import annotations

import contextlib
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest

from reconciler.database.schema import migrations, statements
from tests.faults.reference import Reference

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
from reconciler.cli.main import main
main(sys.argv[1:])
"""
"""The command in a process that can write no file beyond its first page, as on a full disk."""


def garbage(path: Path) -> AbstractContextManager[object]:
    path.write_bytes(b"this is no database. " * 500)
    return nullcontext()


def truncated(path: Path) -> AbstractContextManager[object]:
    for log in path.parent.glob(path.name + "-*"):
        log.unlink()
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 3])
    return nullcontext()


def newer(path: Path) -> AbstractContextManager[object]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 9999")
    return nullcontext()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


def no_folder(path: Path) -> AbstractContextManager[object]:
    for file in path.parent.iterdir():
        file.unlink()
    path.parent.rmdir()
    path.parent.write_text("a file where the folder was", encoding="utf-8")
    return nullcontext()


def applied_and_edited(world: Reference) -> None:
    """Everything is there, and a group is to be changed."""
    assert world.apply().is_complete
    manifest = world.root / "constellation.yaml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace("max_turns: 10}", "max_turns: 11}"), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (garbage, "not a SQLite file"),
        (truncated, "damaged"),
        (newer, "newer letta-reconciler"),
        (locked, "another process is using the cache"),
        (no_folder, "cannot be opened"),
    ],
    ids=["garbage", "truncated", "newer", "locked", "no folder"],
)
def test_plan_and_apply_go_on_and_say_so(
    world: Reference, spoil: Callable[[Path], AbstractContextManager[object]], said: str
) -> None:
    applied_and_edited(world)
    with spoil(world.cache):
        for command, expected in (("apply", 0),) if spoil is locked else (("plan", 2), ("apply", 0)):
            flag = "--yes" if command == "apply" else "--detailed-exitcode"
            process = world.command(command, str(world.root), flag)
            _, told = process.communicate(timeout=180)
            assert process.returncode == expected, told
            assert said in told
            assert "going on without the cache" in told
            assert "Traceback" not in told
    assert {group["max_turns"] for group in world.raw.list("groups")} >= {11}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(garbage, "the state file is not a SQLite file"), (locked, "another process is using the state file")],
    ids=["garbage", "locked"],
)
def test_an_apply_without_its_state_goes_on_and_says_so(
    world: Reference, spoil: Callable[[Path], AbstractContextManager[object]], said: str
) -> None:
    applied_and_edited(world)
    with spoil(world.state):
        process = world.command("apply", str(world.root), "--yes")
        _, told = process.communicate(timeout=180)
    assert process.returncode == 0, told
    assert said in told
    assert "going on without the state file" in told
    assert "going on without the cache" not in told
    assert {group["max_turns"] for group in world.raw.list("groups")} >= {11}


def test_a_full_disk_stops_neither_plan_nor_apply(world: Reference) -> None:
    for command, flag in (("plan", "-q"), ("apply", "--yes")):
        process = subprocess.run(
            [sys.executable, "-c", LIMITED, command, str(world.root), flag],
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
            env=world.environ(),
        )
        assert process.returncode == 0, process.stderr
    assert "going on without the cache" in process.stderr
    world.cache.unlink()
    world.assert_converged()


def test_a_cache_of_the_first_version_is_brought_up_to_date(world: Reference) -> None:
    world.cache.parent.mkdir(parents=True)
    with contextlib.closing(sqlite3.connect(world.cache, isolation_level=None)) as connection:
        for statement in statements(migrations("reconciler.cache")[1]):
            connection.execute(statement)
        connection.execute("PRAGMA user_version = 1")
        connection.execute(
            "INSERT INTO resources VALUES ('pattern/9/agent/x','pattern','9','agent','id-9','x','{}',NULL,'')"
        )
    process = world.command("state", "list", "--project", "pattern-demo", "--cache", str(world.cache))
    output, told = process.communicate(timeout=180)
    assert process.returncode == 0, told
    assert "id-9" in output, "nothing is lost"
    assert world.apply().is_complete
    world.assert_converged()


def test_deleting_the_cache_changes_no_plan(world: Reference) -> None:
    assert world.apply().is_complete
    for file in world.cache.parent.glob(world.cache.name + "*"):
        file.unlink()
    world.assert_converged()
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY, "only the child is limited"
