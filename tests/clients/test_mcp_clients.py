"""The MCP server, driven by the official TypeScript client and by the Inspector's command line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler import __version__
from reconciler.mcp import TOOLS
from tests.clients.conftest import HERE
from tests.mcp.served import TOKEN, Server
from tests.mcp.served import over_a_simulated_server as over


@pytest.fixture
def server(programs: Path, tmp_path: Path) -> Iterator[Server]:
    """For a user who has everything, on the server in memory."""
    del programs
    with over(tmp_path) as made:
        yield made


def run(server: Server, *command: str) -> subprocess.CompletedProcess[str]:
    """A program that must end well."""
    ran = subprocess.run(
        command, cwd=HERE, env=server.environ, capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran


def assert_all_of_it(seen: dict[str, Any]) -> None:
    assert seen["server"] == {"name": "letta-reconciler", "version": __version__}
    assert seen["tools"] == list(TOOLS)
    assert {"list_agents", "plan", "drift"} <= set(seen["reading"])
    assert [each["agent"] for each in seen["agents"]["structured"]["result"]] == ["lead", "left", "right"]
    assert [each["name"] for each in seen["sources"]["structured"]["result"]] == ["notes"]
    (block,) = seen["memory"]["structured"]["result"]
    assert (block["value"], block["limit"]) == ("calm", 60)
    assert not seen["written"]["error"]
    assert seen["again"]["error"]
    assert "read it again" in seen["again"]["text"]
    assert "did you mean label?" in seen["typo"]["text"]
    assert "list_agents" in seen["nobody"]["text"]
    assert seen["drift"]["structured"]["learned"] == ["team/42/block/state value"]


def test_the_typescript_client_over_stdio(server: Server) -> None:
    ran = run(server, "node", "drive.mjs", "stdio", *server.on_stdio)
    assert_all_of_it(json.loads(ran.stdout))
    assert ran.stderr == ""


def test_the_typescript_client_over_http(server: Server) -> None:
    with server.running():
        ran = run(server, "node", "drive.mjs", "http", server.url, TOKEN)
    assert_all_of_it(json.loads(ran.stdout))
    assert server.said == []


def test_the_inspector(server: Server, programs: Path) -> None:
    named = [f"{name}={server.environ[name]}" for name in ("LETTA_BASE_URL", "RECONCILER_CACHE")]
    environ = [word for each in named for word in ("-e", each)]  # else it keeps the environment to itself
    cli = [str(programs / "mcp-inspector"), "--cli", *environ, *server.on_stdio]
    listed = json.loads(run(server, *cli, "--method", "tools/list").stdout)
    assert [tool["name"] for tool in listed["tools"]] == list(TOOLS)
    called = json.loads(run(server, *cli, "--method", "tools/call", "--tool-name", "list_groups").stdout)
    assert len(called["structuredContent"]["result"]) == 4
