"""The async face: the same core, cancellable, never in the event loop's way."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path

import pytest

from reconciler import AsyncConstellations
from reconciler.errors import Conflict
from reconciler.runtime import Kind
from reconciler.runtime.asynchronous.threads import Threads
from reconciler.server.process import wait_until
from tests.live.raw import RawServer

SLOW = '''def slow(file: str) -> str:
    """Wait.

    Args:
        file (str): until this one is there
    """
    import pathlib
    import time
    for _ in range(2_000):
        if pathlib.Path(file).exists():
            return "waited"
        time.sleep(0.05)
    return "nobody made it"
'''


@pytest.fixture
def slow_tool(server: RawServer) -> str:
    """A tool that takes its time."""
    return str(server.call("POST", "/v1/tools/", {"source_code": SLOW})["id"])


def test_everything_can_be_awaited(folder: Path, letta_url: str, tmp_path: Path) -> None:
    async def play() -> list[object]:
        async with AsyncConstellations(folder, base_url=letta_url, cache=tmp_path / "c.db") as constellations:
            users = await asyncio.gather(*(constellations.provision("42") for _ in range(5)))
            user = users[0]
            await user.block("state").write("busy")
            said = await asyncio.gather(*(user.agent(name).send("hello") for name in ("lead", "left")))
            pieces = [piece async for piece in user.agent("lead").stream("tell me more")]
            await user.source("notes").add("naps help")
            hits = await user.source("notes").search("naps", 1)
            text = "".join(piece.text for piece in pieces if piece.kind is Kind.ASSISTANT)
            return [*said, text, await user.block("state").append("x"), hits[0].text]

    assert asyncio.run(play()) == [
        "STUB answer to: hello",
        "STUB answer to: hello",
        "STUB answer to: tell me more",
        "busy\nx",
        "naps help",
    ]


def test_a_cancelled_task_stops_the_agent(
    folder: Path, letta_url: str, tmp_path: Path, server: RawServer, slow_tool: str
) -> None:
    go = tmp_path / "go"

    async def play() -> str:
        async with AsyncConstellations(folder, base_url=letta_url, cache=tmp_path / "c.db") as constellations:
            user = await constellations.provision("42")
            agent = user.agent("lead")
            path = f"/v1/agents/{agent.sync.id}"
            server.call("PATCH", f"{path}/tools/attach/{slow_tool}")
            said = f"CALL:slow:{json.dumps({'file': str(go)})}"
            task = asyncio.create_task(agent.send(said))
            while not server.call("GET", f"/v1/runs/?agent_id={agent.sync.id}&limit=1"):
                await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            runs = f"/v1/runs/?agent_id={agent.sync.id}&limit=1"
            assert wait_until(lambda: server.call("GET", runs)[0]["status"] == "cancelled", 60)
            go.touch()
            return runs

    (run,) = server.call("GET", asyncio.run(play()))
    assert run["status"] == "cancelled"


def test_a_call_that_still_waits_for_a_thread_stops_nobody() -> None:
    """What the agent is at then is another task's message."""
    go, stopped = threading.Event(), list[str]()

    async def play() -> str:
        loop = Threads(1)
        first = asyncio.create_task(loop.run(lambda: str(go.wait(60))))
        second = asyncio.create_task(loop.run(lambda: "sent", lambda: stopped.append("the agent")))
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        go.set()
        await asyncio.to_thread(loop.pool.shutdown)
        return await first

    assert asyncio.run(play()) == "True"
    assert not stopped


def test_a_server_that_has_not_begun_is_told_again() -> None:
    go, told = threading.Event(), list[str]()

    def stop() -> None:
        told.append("stop")
        if len(told) < 3:
            raise Conflict("there is nothing to stop")
        go.set()

    async def play() -> None:
        loop, begun = Threads(2), threading.Event()
        task = asyncio.create_task(loop.run(lambda: begun.set() or go.wait(60), stop))
        await asyncio.to_thread(begun.wait, 60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.to_thread(loop.pool.shutdown)

    asyncio.run(play())
    assert len(told) == 3
