"""The whole server, seen by the SDK's own client over both transports."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

from reconciler import __version__
from reconciler.mcp import TOOLS
from tests.live.raw import RawServer

TOKEN = "a-token-of-decent-length"


async def session_of(session: ClientSession) -> dict[str, Any]:
    """What a client does in one sitting."""
    told = await session.initialize()
    assert (told.server_info.name, told.server_info.version) == ("letta-reconciler", __version__)
    seen: dict[str, Any] = {"tools": [tool.name for tool in (await session.list_tools()).tools]}

    async def call(name: str, **arguments: Any) -> Any:
        result = await session.call_tool(name, arguments)
        text = "".join(part.text for part in result.content if part.type == "text")
        return {"error": text} if result.is_error else (result.structured_content or {}).get("result", text)

    seen["agents"] = [each["agent"] for each in await call("list_agents")]
    seen["chat"] = json.loads(await call("chat_with_agent", agent="lead", message="hello"))["text"]
    seen["group"] = json.loads(await call("send_to_group", group="board", message="hello"))["stop_reason"]
    seen["written"] = await call("update_agent_memory", agent="lead", label="state", value="busy")
    seen["memory"] = await call("get_agent_memory", agent="lead", label="state")
    seen["overlong"] = await call("update_agent_memory", agent="lead", label="state", value="x" * 61)
    await call("record_insight", text="naps help", source="notes")
    seen["found"] = await call("search_knowledge", query="naps", source="notes", limit=1)
    seen["stranger"] = await call("chat_with_agent", agent="lead", message="hello", user="43")
    seen["plan"] = json.loads(await call("plan"))
    seen["drift"] = json.loads(await call("drift"))
    return seen


def assert_all_of_it(seen: dict[str, Any]) -> None:
    assert seen["tools"] == list(TOOLS)
    assert seen["agents"] == ["lead", "left", "right"]
    assert seen["chat"] == "STUB answer to: hello"
    assert (seen["group"], seen["written"]) == ("end_turn", "written")
    assert [(block["value"], block["limit"]) for block in seen["memory"]] == [("busy", 60)]
    assert "its limit is 60" in seen["overlong"]["error"]
    assert [hit["text"] for hit in seen["found"]] == ["naps help"]
    assert "no user '43' here" in seen["stranger"]["error"]
    assert (seen["plan"]["changes"], seen["drift"]["has_drift"]) == ([], False)
    assert seen["drift"]["learned"] == ["team/42/block/state value"]


def test_over_stdio(command: list[str], environ: dict[str, str]) -> None:
    async def play() -> dict[str, Any]:
        server = StdioServerParameters(command=command[0], args=command[1:], env=environ)
        async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
            return await session_of(session)

    assert_all_of_it(asyncio.run(play()))


def test_stdio_ends_in_silence_when_the_client_leaves(command: list[str], environ: dict[str, str]) -> None:
    ended = subprocess.run(
        command,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


@pytest.mark.usefixtures("ctrl_c_reaches_children")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda each: each.name)
def test_stdio_ends_at_the_first_signal(
    command: list[str], environ: dict[str, str], number: signal.Signals
) -> None:
    """Also while it waits for a line that nobody sends."""
    process = subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"}).encode() + b"\n")
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(number)
        assert process.wait(timeout=60) == -number


@pytest.fixture
def url(command: list[str], environ: dict[str, str]) -> Iterator[str]:
    """The server on HTTP."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running([*command, "--http", str(port)], {**environ, "RECONCILER_MCP_TOKEN": TOKEN}, port):
        yield f"http://127.0.0.1:{port}/mcp"


@contextmanager
def running(command: list[str], environ: dict[str, str], port: int) -> Iterator[None]:
    """A process that listens on this port."""
    process = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE)
    try:
        assert process.stderr is not None
        line = process.stderr.readline()  # it says its address right before it listens
        assert str(port).encode() in line, line
        transport = httpx.HTTPTransport(retries=10)
        with httpx.Client(transport=transport, timeout=60) as client:
            client.get(f"http://127.0.0.1:{port}/")
        yield
    finally:
        process.terminate()
        process.communicate(timeout=60)


@asynccontextmanager
async def client_of(url: str, token: str) -> Any:
    async with (
        create_mcp_http_client({"Authorization": f"Bearer {token}"}) as client,
        streamable_http_client(url, http_client=client) as (read, write),
        ClientSession(read, write) as session,
    ):
        yield session


def test_over_http(url: str) -> None:
    async def play() -> dict[str, Any]:
        async with client_of(url, TOKEN) as session:
            return await session_of(session)

    assert_all_of_it(asyncio.run(play()))


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}])
def test_http_wants_the_token(url: str, headers: dict[str, str]) -> None:
    request = urllib.request.Request(url, data=b"{}", headers=headers, method="POST")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=60)
    assert caught.value.code == 401
    caught.value.close()


@pytest.mark.parametrize("token", ["", "short"])
def test_without_a_real_token_http_does_not_start(
    command: list[str], environ: dict[str, str], token: str
) -> None:
    ended = subprocess.run(
        [*command, "--http", "9"],
        env={**environ, "RECONCILER_MCP_TOKEN": token},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert ended.returncode == 1
    assert "needs a token" in ended.stderr


def test_no_tool_is_called_what_letta_gives_agents(letta_url: str) -> None:
    builtin = {tool["name"] for tool in RawServer(letta_url).list("tools")}
    assert builtin
    assert not builtin & set(TOOLS)
