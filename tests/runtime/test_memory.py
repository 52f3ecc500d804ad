"""Blocks in use: limits, compare and set, history, and blocks a program makes."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from reconciler import Constellations, OverLimit, ValueMoved
from reconciler.runtime import NotAllowed, UserSet
from tests.faults.proxy import Fault, Sent, every_first, proxying
from tests.live.project import Project
from tests.live.raw import RawServer


def test_a_block_is_written_and_read(user: UserSet, server: RawServer) -> None:
    user.block("state").write("busy")
    assert user.block("state").read() == server.block("state")["value"] == "busy"


def test_nothing_is_written_beyond_the_limit(user: UserSet) -> None:
    with pytest.raises(OverLimit, match="61 characters, its limit is 60"):
        user.block("state").write("é" * 61)
    user.block("state").write("é" * 60)
    with pytest.raises(OverLimit):
        user.block("state").append("more")


def test_what_is_not_expected_is_not_overwritten(user: UserSet, server: RawServer) -> None:
    server.call("PATCH", f"/v1/blocks/{server.block('state')['id']}", {"value": "an agent wrote"})
    with pytest.raises(ValueMoved):
        user.block("state").write("mine", expect="calm")
    assert user.block("state").read() == "an agent wrote"
    user.block("state").write("mine", expect="an agent wrote")


def test_threads_that_append_lose_nothing(user: UserSet) -> None:
    threads = [threading.Thread(target=user.block("state").append, args=(str(n),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(user.block("state").read().split("\n")) == sorted(["calm", *map(str, range(8))])


def test_what_ends_is_in_the_history(user: UserSet, project: Project) -> None:
    user.block("state").write("busy")
    shown = project.run("history", "team/42/block/state", "--manifests", project.root)
    assert shown.exit_code == 0, shown.output
    assert "calm" in shown.stdout


def test_private_blocks_belong_to_their_agent(user: UserSet) -> None:
    user.agent("left").memory.block("persona").write("new")
    assert user.agent("left").memory.block("persona").read() == "new"
    assert user.agent("right").memory.block("persona").read() == "kind"


def test_all_of_an_agents_memory_is_seen(user: UserSet) -> None:
    memory = user.agent("left").memory
    assert {block.label: block.value for block in memory.blocks()} == {"persona": "kind", "state": "calm"}
    memory.block("state").write("seen", expect="calm")
    assert user.block("state").read() == "seen"


def test_a_write_that_is_sent_again_looks_again(server: RawServer, folder: Path, tmp_path: Path) -> None:
    learned: list[str] = []

    def learn(sent: Sent) -> None:
        if sent.method == "PATCH" and not learned:
            learned.append("an agent wrote")
            server.call("PATCH", sent.path, {"value": learned[0]})

    with (
        proxying(server.url) as proxy,
        Constellations(folder, base_url=proxy.url, cache=tmp_path / "c.db") as constellations,
    ):
        memory = constellations.provision("42", parameters={"partner": "Ada"}).agent("left").memory
        proxy.rule, proxy.arrived = every_first(Fault.RESET_BEFORE), learn
        with pytest.raises(ValueMoved):
            memory.block("state").write("mine", expect="calm")
    assert [server.block("state")["value"]] == learned


def test_read_only_memory_is_not_written(user: UserSet, server: RawServer) -> None:
    server.call("PATCH", f"/v1/blocks/{server.block('state')['id']}", {"read_only": True})
    with pytest.raises(NotAllowed):
        user.agent("left").memory.block("state").write("x")


def test_shared_memory_is_made_when_it_is_nowhere(
    constellations: Constellations, user: UserSet, server: RawServer
) -> None:
    constellations.update_shared_memory("42", "weather", "rain")
    constellations.update_shared_memory("42", "weather", "sun")
    blocks = [block for block in server.list("blocks") if block["label"] == "weather"]
    assert [block["value"] for block in blocks] == ["sun"]
    for name in ("lead", "left", "right"):
        assert "sun" in {block.value for block in user.agent(name).memory.blocks()}


def test_archival_memory_is_found_again(user: UserSet) -> None:
    memory = user.agent("lead").memory
    memory.insert("naps help in the afternoon", tags=["rest"])
    memory.insert("tea is preferred")
    hits = memory.search("afternoon naps", scores=True)
    assert hits[0].text.startswith("naps")
    assert hits[0].score is not None
    assert hits[0].score > (hits[1].score or 0.0)
    assert [hit.text for hit in memory.search("tea", tags=["rest"])] == ["naps help in the afternoon"]
