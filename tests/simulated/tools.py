"""Tools: built-in ones, and custom ones that are upserted by the name of their function."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.simulated.listing import first, page
from tests.simulated.store import Row
from tests.simulated.world import Refusal, World, found, given

if TYPE_CHECKING:
    from tests.simulated.letta import Asked, Handler

BUILT_IN = {
    "letta_core": ("archival_memory_insert", "archival_memory_search", "conversation_search", "send_message"),
    "letta_memory_core": ("core_memory_append", "core_memory_replace", "memory", "memory_apply_patch"),
    "letta_sleeptime_core": ("memory_finish_edits", "memory_insert", "memory_replace", "memory_rethink"),
    "letta_files_core": ("grep_files", "open_files", "semantic_search_files"),
    "letta_builtin": ("fetch_webpage", "run_code", "run_code_with_tools", "web_search"),
    "letta_multi_agent_core": (
        *("send_message_to_agent_and_wait_for_reply", "send_message_to_agent_async"),
        "send_message_to_agents_matching_tags",
    ),
    "letta_voice_sleeptime_core": (
        *("finish_rethinking_memory", "rethink_user_memory", "search_memory", "store_memories"),
    ),
}
FILE_TOOLS = BUILT_IN["letta_files_core"]


class Tools:
    """`/v1/tools/`."""

    def __init__(self, world: World) -> None:
        self._world = world
        for kind, names in BUILT_IN.items():
            for name in names:
                world.tools.add(_tool(name, kind))

    def routes(self) -> Iterator[tuple[str, str, Handler]]:
        yield "GET", "/v1/tools/", self._list
        yield "POST", "/v1/tools/", self._upsert
        yield "PUT", "/v1/tools/", self._upsert
        yield "GET", "/v1/tools/*", lambda asked, tool: found(self._world.tools, tool)
        yield "PATCH", "/v1/tools/*", self._patch
        yield "DELETE", "/v1/tools/*", self._delete

    def _list(self, asked: Asked) -> list[Row]:
        name = first(asked.query, "name")
        return page((row for row in self._world.tools if not name or row["name"] == name), asked.query)

    def _upsert(self, asked: Asked) -> Row:
        body = asked.body
        name, description = _function(str(body.get("source_code")))
        row = next((each for each in self._world.tools if each["name"] == name), None)
        row = row or self._world.tools.add(_tool(name, "custom"))
        row |= given(body)
        row["description"] = body.get("description") or description
        return row

    def _patch(self, asked: Asked, tool: str) -> Row:
        row = found(self._world.tools, tool)
        row |= given(asked.body)
        return row

    def _delete(self, asked: Asked, tool: str) -> None:
        if self._world.tools.remove(tool) is None:
            raise Refusal(400, f"Tool with id {tool} not found.")
        for agent in self._world.agents:
            agent["tool_ids"] = [each for each in agent["tool_ids"] if each != tool]


def _tool(name: str, kind: str) -> Row:
    return {
        "name": name,
        "tool_type": kind,
        "source_code": None,
        "tags": [kind] if kind != "custom" else [],
        "default_requires_approval": None,
        "return_char_limit": 50_000,
        "pip_requirements": None,
        "npm_requirements": None,
    }


def _function(source: str) -> tuple[str, Any]:
    """The last function of the source is the tool."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    if not functions or not ast.get_docstring(functions[-1]):
        raise Refusal(400, "no documented function")
    return functions[-1].name, str(ast.get_docstring(functions[-1])).split("\n\n")[0]
