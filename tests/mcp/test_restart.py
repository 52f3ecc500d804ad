"""The HTTP server ends and starts again below its clients; and what it says meanwhile."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client, ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

from tests.live.project import Project
from tests.runtime import team
from tests.simulated import SimulatedLetta
from tests.simulated.serve import served

TOKEN = "a-token-of-decent-length"


class Server:
    """The program on one port; what it wrote to stderr is kept."""

    def __init__(self, folder: Path, letta: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        arguments = ["mcp", "--user", "42", "--manifests", str(folder), "--http", str(self._port)]
        self.command = [sys.executable, "-m", "reconciler", *arguments]
        self.environ = {
            **os.environ,
            "LETTA_BASE_URL": letta,
            "RECONCILER_MCP_TOKEN": TOKEN,
            "RECONCILER_CACHE": str(folder / "cache.db"),
        }
        self.said: list[str] = []

    @property
    def url(self) -> str:
        """Where clients reach it."""
        return f"http://127.0.0.1:{self._port}/mcp"

    @contextmanager
    def running(self) -> Iterator[None]:
        """For the time of a block."""
        process = subprocess.Popen(self.command, env=self.environ, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        try:
            assert str(self._port) in process.stderr.readline()  # it says its address before it listens
            with httpx.Client(transport=httpx.HTTPTransport(retries=10), timeout=60) as client:
                client.get(self.url)
            yield
        finally:
            process.terminate()
            self.said += process.communicate(timeout=60)[1].splitlines()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """For a user who has everything, on the server in memory."""
    roster = {"kind": "Users", "constellation": "team", "users": [{"id": "42"}]}
    folder = team.write(tmp_path / "project", roster)
    with served(SimulatedLetta()) as url:
        Project(folder, url, tmp_path / "cache.db").apply()
        yield Server(folder, url)


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
                command=server.command[0], args=server.command[1:-2], env=server.environ
            )
            async with Client(stdio_client(parameters, errlog=errors), mode=mode) as session:
                return await agents_of(session)

    assert asyncio.run(play()) == ["lead", "left", "right"]
    assert (tmp_path / "stderr").read_text() == ""
