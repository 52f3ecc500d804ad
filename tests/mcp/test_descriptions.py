"""What a client is told of the server and its tools before it calls one."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from mcp import Client

from reconciler import Constellations, __version__
from reconciler.mcp import TOOLS, Access, Tools
from reconciler.mcp.serve import server_of

NOBODY = cast(Constellations, None)
"""Nothing is called here."""
LISTS = {"list_agents", "list_groups", "list_blocks", "list_sources"}
READING = {"get_agent_memory", *LISTS, "search_knowledge", "plan", "drift"}


@pytest.fixture(scope="module")
def tools() -> dict[str, dict[str, Any]]:
    """As the protocol shows them, by name."""
    server = server_of(Tools(NOBODY, Access(("42",), ("team",))))
    shown = asyncio.run(server.list_tools())
    return {tool.name: tool.model_dump(by_alias=True) for tool in shown}


def test_the_server_says_which_version_it_is() -> None:
    async def play() -> tuple[str, str]:
        async with Client(server_of(Tools(NOBODY, Access(("42",), ("team",))))) as client:
            assert client.server_info is not None
            return client.server_info.name, client.server_info.version

    assert asyncio.run(play()) == ("letta-reconciler", __version__)


def test_a_client_reads_what_is_wrong() -> None:
    """The SDK keeps the text of any other error to itself."""

    async def play() -> tuple[bool, str]:
        async with Client(server_of(Tools(NOBODY, Access(("42",), ("team",))))) as client:
            result = await client.call_tool("get_agent_memory", {"agent": "lead", "user": "43"})
            return bool(result.is_error), "".join(part.text for part in result.content if part.type == "text")

    is_error, text = asyncio.run(play())
    assert is_error
    assert "there is no user '43' here" in text


def test_all_tools_are_listed_in_order(tools: dict[str, dict[str, Any]]) -> None:
    assert tuple(tools) == TOOLS


@pytest.mark.parametrize("name", TOOLS)
def test_every_tool_and_every_parameter_is_described(tools: dict[str, dict[str, Any]], name: str) -> None:
    assert tools[name]["description"]
    properties = tools[name]["inputSchema"]["properties"]
    assert [each for each, said in properties.items() if not said.get("description")] == []


@pytest.mark.parametrize("name", TOOLS)
def test_a_client_can_tell_what_only_reads(tools: dict[str, dict[str, Any]], name: str) -> None:
    hints = tools[name]["annotations"]
    assert hints["readOnlyHint"] == (name in READING)
    assert hints["destructiveHint"] == (name == "update_agent_memory")


def test_numbers_have_bounds(tools: dict[str, dict[str, Any]]) -> None:
    limit = tools["search_knowledge"]["inputSchema"]["properties"]["limit"]
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 50, 5)


@pytest.mark.parametrize("name", TOOLS)
def test_what_comes_back_is_described(tools: dict[str, dict[str, Any]], name: str) -> None:
    schema = tools[name]["outputSchema"]
    models = schema.get("$defs", {}).values() if schema.get("$defs") else []
    if schema["title"].endswith("Output"):  # a text or a list: the SDK wraps it
        assert schema["properties"].keys() == {"result"}
    else:
        models = [*models, schema]
    undescribed = [
        f"{model['title']}.{key}"
        for model in models
        for key, each in model["properties"].items()
        if not each.get("description")
    ]
    assert undescribed == []


def test_a_client_may_check_names_of_arguments_itself(tools: dict[str, dict[str, Any]]) -> None:
    assert all(tool["inputSchema"]["additionalProperties"] is False for tool in tools.values())
