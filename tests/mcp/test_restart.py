"""The HTTP server ends and starts again below its clients; and what it says meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

from tests.mcp.served import TOKEN, Server, over_a_simulated_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """For a user who has everything, on the server in memory."""
    with over_a_simulated_server(tmp_path) as made:
        yield made


async def agents_of(session: Any) -> list[str]:
    result = await session.call_tool("list_agents", {})
    return [each["agent"] for each in (result.structured_content or {})["result"]]


def test_a_client_goes_on_after_a_restart(server: Server) -> None:
    async def play() -> None:
        async with (
            create_mcp_http_client({"Authorization": f"Bearer {TOKEN}"}) as http,
            streamable_http_client(server.url, http_client=http) as (read, write),
            ClientSession(read, write) as session,
        ):
            with server.running():
                await session.initialize()
                assert await agents_of(session) == ["lead", "left", "right"]
            with server.running():
                assert await agents_of(session) == ["lead", "left", "right"]

    asyncio.run(play())
    assert server.said == []


def test_clients_of_either_protocol_are_served_in_silence(server: Server) -> None:
    async def play(mode: str) -> list[str]:
        async with create_mcp_http_client({"Authorization": f"Bearer {TOKEN}"}) as http:
            transport = streamable_http_client(server.url, http_client=http)
            async with Client(transport, mode=mode) as session:
                return await agents_of(session)

    with server.running():
        for mode in ("legacy", "auto"):
            assert asyncio.run(play(mode)) == ["lead", "left", "right"]
    assert server.said == []


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_stdio_serves_either_protocol_in_silence(server: Server, mode: str, tmp_path: Path) -> None:
    async def play() -> list[str]:
        with (tmp_path / "stderr").open("w") as errors:
            parameters = StdioServerParameters(
                command=server.command[0], args=server.on_stdio[1:], env=server.environ
            )
            async with Client(stdio_client(parameters, errlog=errors), mode=mode) as session:
                return await agents_of(session)

    assert asyncio.run(play()) == ["lead", "left", "right"]
    assert (tmp_path / "stderr").read_text() == ""
