"""Programs that append to one block at once, each with caches of its own: nothing of any of them is lost."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from reconciler import ValueMoved
from reconciler.errors import Diagnostic, StateError
from reconciler.lock.names import block_lock
from reconciler.runtime import BlockHandle
from reconciler.state import History
from tests.audit.marks import is_lock
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.runtime import team
from tests.runtime.conftest import Open
from tests.simulated import SimulatedLetta

LONG_AGO = "2026-01-01T00:00:00+00:00"


def handles(opened: Open, writers: int) -> list[BlockHandle]:
    """The same block, as programs on machines of their own have it."""
    opened("first.db").provision("42")
    bots = [opened(f"bot{number}.db") for number in range(writers)]
    return [bot.user("42").agent("left").memory.block("diary") for bot in bots]


def roomy(folder: Path) -> None:
    """A block without a limit worth speaking of."""
    template: dict[str, Any] = team.constellation()
    template["agents"]["left"]["memory_blocks"]["diary"] = {"value": "start", "limit": 20_000}
    (folder / "all.yaml").unlink()
    Project(folder, "", folder).write("all.yaml", {"kind": "Project", "name": "demo"}, template)


def append(blocks: list[BlockHandle], rounds: int) -> None:
    def work(number: int, block: BlockHandle) -> None:
        for turn in range(rounds):
            block.append(f"{number}:{turn}")

    threads = [threading.Thread(target=work, args=each) for each in enumerate(blocks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def assert_all_there(blocks: list[BlockHandle], rounds: int) -> None:
    wanted = {f"{number}:{turn}" for number in range(len(blocks)) for turn in range(rounds)}
    assert sorted(blocks[0].read().split("\n")) == sorted({"start", *wanted})


@pytest.mark.parametrize("writers", [2, 4])
def test_appends_of_several_programs_are_all_there(offline: Open, folder: Path, writers: int) -> None:
    roomy(folder)
    blocks = handles(offline, writers)
    append(blocks, 5)
    assert_all_there(blocks, 5)


@pytest.mark.parametrize(
    ("writers", "rounds"),
    [(4, 4), *(pytest.param(writers, 20, marks=pytest.mark.soak) for writers in (2, 4, 8))],
)
def test_so_they_are_on_the_real_server_and_no_lock_stays(
    opened: Open, server: RawServer, folder: Path, writers: int, rounds: int
) -> None:
    roomy(folder)
    blocks = handles(opened, writers)
    append(blocks, rounds)
    assert_all_there(blocks, rounds)
    assert not [row for row in server.list("folders") if is_lock("sources", row)]


def test_of_those_who_expect_the_same_one_writes(offline: Open, folder: Path) -> None:
    roomy(folder)
    blocks = handles(offline, 4)
    wrote: list[str] = []

    def write(number: int, block: BlockHandle) -> None:
        try:
            block.write(str(number), expect="start")
            wrote.append(str(number))
        except ValueMoved:
            return

    threads = [threading.Thread(target=write, args=each) for each in enumerate(blocks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrote == [blocks[0].read()]


def test_the_lock_of_a_program_that_died_long_ago_is_taken_away(
    offline: Open, folder: Path, simulated: tuple[str, SimulatedLetta]
) -> None:
    roomy(folder)
    server = RawServer(simulated[0])
    (block,) = handles(offline, 1)
    (row,) = [row for row in server.list("blocks") if row["label"] == "diary"]
    entry = {"owner": "x", "who": "a bot", "process": {}, "since": LONG_AGO, "expires": LONG_AGO}
    body = {"embedding": team.EMBEDDING, "metadata": {"letta-reconciler-lock": entry}}
    server.call("POST", "/v1/folders/", {"name": block_lock("demo", row["id"]), **body})
    assert block.append("more") == "start\nmore"
    assert not [row for row in server.list("folders") if is_lock("sources", row)]


def test_an_old_value_that_cannot_be_kept_is_said(
    offline: Open, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Diagnostic] = []

    def full(*_: object) -> None:
        raise StateError("the state file cannot be written", why="no space left on device")

    monkeypatch.setattr(History, "keep", full)
    user = offline("bot.db", warn=said.append).provision("42")
    with pytest.warns(RuntimeWarning, match="the old value of team/42/block/state is kept nowhere"):
        user.block("state").write("busy")
    assert user.block("state").read() == "busy"
    assert [each.why for each in said] == ["no space left on device; going on without the state file"]
