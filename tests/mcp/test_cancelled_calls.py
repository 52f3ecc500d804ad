"""A call that its client cancels, beside others of the same client."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, cast

import pytest
from mcp import Client, types

from reconciler.mcp import Tools
from reconciler.mcp.serve import server_of


class Slow:
    """Tools of which one answers only when it is let go, as an agent that thinks for long."""

    def __init__(self) -> None:
        self.began = threading.Semaphore(0)
        self.may_end = threading.Event()
        self.ended = threading.Semaphore(0)

    def functions(self) -> list[Callable[..., Any]]:
        """What a server offers."""
        return [self.think, self.greet]

    def think(self, about: str) -> str:
        """Take long."""
        self.began.release()
        self.may_end.wait(60)
        self.ended.release()
        return f"thought about {about}"

    def greet(self) -> str:
        """Answer at once."""
        return "hello"


async def in_thread(function: Callable[[], object]) -> None:
    await asyncio.get_running_loop().run_in_executor(None, function)


def text_of(result: types.CallToolResult) -> str:
    return "".join(part.text for part in result.content if part.type == "text")


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_a_cancelled_call_ends_and_the_others_of_its_client_go_on(mode: str) -> None:
    slow = Slow()

    async def play() -> tuple[str, str]:
        async with Client(server_of(cast(Tools, slow)), mode=mode) as client:
            cancelled = asyncio.create_task(client.call_tool("think", {"about": "the first"}))
            await in_thread(slow.began.acquire)
            kept = asyncio.create_task(client.call_tool("think", {"about": "the second"}))
            await in_thread(slow.began.acquire)
            cancelled.cancel()  # the SDK tells the server
            with pytest.raises(asyncio.CancelledError):
                await cancelled
            greeting = await asyncio.wait_for(client.call_tool("greet", {}), 20)
            slow.may_end.set()
            answer = await asyncio.wait_for(kept, 20)
            await in_thread(slow.ended.acquire)
            await in_thread(slow.ended.acquire)  # the thread of the cancelled call came to its end, too
            return text_of(greeting), text_of(answer)

    try:
        assert asyncio.run(play()) == ("hello", "thought about the second")
    finally:
        slow.may_end.set()
