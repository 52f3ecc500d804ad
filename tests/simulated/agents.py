"""Agents: lean unless asked for more, tags and metadata replaced whole, blocks left behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.plain_fields import plain_fields
from tests.simulated.blocks import new_block, shown
from tests.simulated.folders import with_file_tools, without_file_tools
from tests.simulated.listing import first, is_on, page, tagged
from tests.simulated.models import embedded, settled
from tests.simulated.said import first_messages
from tests.simulated.store import Row
from tests.simulated.world import Refusal, World, found, given

if TYPE_CHECKING:
    from tests.simulated.letta import Asked, Handler

_PLAIN = (
    *("name", "description", "system", "tags", "metadata", "tool_rules", "response_format"),
    *(field.name for field in plain_fields("agent")),
)
_MODEL = ("model", "context_window_limit", "model_settings", "max_tokens")
_NAME = re.compile(r"[\w '\-]+")
_IDS = {"blocks": "block_ids", "folders": "folder_ids", "sources": "folder_ids", "tools": "tool_ids"}
_NEVER_SHOWN = {*_IDS.values(), "secret_values", "archive_id"}
_INCLUDED = {
    "agent.blocks": "blocks",
    "agent.tools": "tools",
    "agent.sources": "sources",
    "agent.tags": "tags",
    "agent.secrets": "secrets",
}

_BACKGROUND = ("sleeptime", "voice_sleeptime")
"""Types of groups whose manager takes them along."""
_BACKGROUND_AGENTS = ("sleeptime_agent", "voice_sleeptime_agent")
"""Types of agents that take their group along."""


class Agents:
    """`/v1/agents/`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> Iterator[tuple[str, str, Handler]]:
        yield "GET", "/v1/agents/", self._list
        yield "POST", "/v1/agents/", self._create
        yield "GET", "/v1/agents/*", lambda asked, agent: self._shown(found(self._world.agents, agent), asked)
        yield "PATCH", "/v1/agents/*", self._patch
        yield "DELETE", "/v1/agents/*", self._delete
        yield "POST", "/v1/agents/*/recompile", lambda asked, agent: "recompiled"
        yield "PATCH", "/v1/agents/*/core-memory/blocks/attach/*", self._attach_block
        yield "PATCH", "/v1/agents/*/core-memory/blocks/detach/*", self._detach_block
        yield "PATCH", "/v1/agents/*/folders/attach/*", self._attach_folder
        yield "PATCH", "/v1/agents/*/folders/detach/*", self._detach_folder
        yield "PATCH", "/v1/agents/*/tools/attach/*", self._attach_tool
        yield "PATCH", "/v1/agents/*/tools/detach/*", self._detach_tool
        yield "GET", "/v1/blocks/*/agents", self._of_block
        yield "GET", "/v1/tags/", self._tags

    def _list(self, asked: Asked) -> list[Row]:
        name, hidden = first(asked.query, "name"), is_on(asked.query, "show_hidden_agents")
        rows = (
            row
            for row in tagged(self._world.agents, asked.query)
            if (not name or row["name"] == name) and (hidden or not row["hidden"])
        )
        return [self._shown(row, asked) for row in page(rows, asked.query)]

    def _tags(self, asked: Asked) -> list[str]:
        """Of agents and blocks, those that begin so or contain the text, in order of the alphabet."""
        start, text = first(asked.query, "name"), first(asked.query, "query_text")
        rows, after = (*self._world.agents, *self._world.blocks), first(asked.query, "after")
        tags = {tag for row in rows for tag in row["tags"] if tag > after}
        tags = {tag for tag in tags if tag.startswith(start) and text in tag}
        return sorted(tags)[: int(first(asked.query, "limit") or 50)]

    def _of_block(self, asked: Asked, block: str) -> list[Row]:
        found(self._world.blocks, block)
        rows = (row for row in self._world.agents if block in row["block_ids"])
        return [self._shown(row, asked) for row in page(rows, asked.query)]

    def _create(self, asked: Asked) -> Row:
        body, now = asked.body, self._world.clock.now()
        if not _NAME.fullmatch(str(body["name"])):
            raise Refusal(500, f"Export failed: Agent name {body['name']!r} contains invalid characters")
        names = {row["name"]: row["id"] for row in self._world.tools}
        unknown = [tool for tool in body.get("tools", ()) if tool not in names]
        if unknown:
            raise Refusal(400, f"unknown tools {unknown}")
        blocks = [new_block(self._world, each, inline=True)["id"] for each in body.get("memory_blocks", ())]
        blocks += [each for each in body.get("block_ids", ()) if each in self._world.blocks.rows]
        row = {
            "description": None,
            "system": "You are an agent.",
            "tags": [],
            "metadata": None,
            "timezone": "UTC",
            "tool_rules": [],
            "response_format": None,
            "message_buffer_autoclear": False,
            "enable_sleeptime": body.get("enable_sleeptime"),
            "agent_type": body.get("agent_type") or "letta_v1_agent",
            "hidden": None,
            "archive_id": None,
            "created_at": now,
            "updated_at": now,
            "secret_values": dict(body.get("secrets") or {}),
            "embedding_config": embedded(body.get("embedding")),
            "embedding": body.get("embedding"),
            "block_ids": list(dict.fromkeys(blocks)),
            "folder_ids": list(body.get("folder_ids", ())),
            "tool_ids": [*(names[tool] for tool in body.get("tools", ())), *body.get("tool_ids", ())],
            **{name: body[name] for name in _PLAIN if body.get(name) is not None},
            **settled(body, None),
        }
        row["tags"] = list(dict.fromkeys(row["tags"]))
        if row["folder_ids"]:
            with_file_tools(self._world, row)
        agent = self._world.agents.add(row)
        agent["message_ids"] = first_messages(self._world, agent)
        if agent["enable_sleeptime"]:
            self._check_group(agent)
        return self._whole(agent)

    def _patch(self, asked: Asked, agent: str) -> Row:
        row, body = found(self._world.agents, agent), given(asked.body)
        if body.get("enable_sleeptime"):
            self._check_group(row)
        row |= {name: body[name] for name in (*_PLAIN, "enable_sleeptime") if name in body}
        row["tags"] = list(dict.fromkeys(row["tags"]))
        if any(name in body for name in _MODEL):
            row |= settled(body, row)
        if "embedding" in body:
            row |= {"embedding": body["embedding"], "embedding_config": embedded(body["embedding"])}
        if "secrets" in body:
            row["secret_values"] = dict(body["secrets"])
        for name in ("block_ids", "tool_ids"):
            row |= {name: list(body[name])} if name in body else {}
        row["updated_at"] = self._world.clock.now()
        return self._whole(row)

    def _check_group(self, row: Row) -> None:
        """The server gives an agent that manages no group a background agent of its own, unless it has no
        embedding yet; that is not simulated."""
        if self._managed(row) is None and row["embedding"]:
            raise Refusal(501, "a background agent of the server's own")

    def _managed(self, row: Row) -> Row | None:
        return next((each for each in self._world.groups if each["manager_agent_id"] == row["id"]), None)

    def _delete(self, asked: Asked, agent: str) -> Row:
        """What it manages in the background goes with all its members, and with a background agent its
        group; of another group it is needed."""
        row = found(self._world.agents, agent)
        if row["agent_type"] in _BACKGROUND_AGENTS:
            self._leave(agent)
        managed = [group for group in self._world.groups if group["manager_agent_id"] == agent]
        if any(group["manager_type"] not in _BACKGROUND for group in managed):
            raise Refusal(409, "RestrictViolation: a group is managed by this agent")
        for group in managed:
            self._world.groups.remove(group["id"])
        for each in {agent, *(member for group in managed for member in group["agent_ids"])}:
            self._end(each)
        return {"message": f"Agent id={agent} successfully deleted"}

    def _leave(self, agent: str) -> None:
        working = (each for each in self._world.groups if agent in each["agent_ids"])
        group = next((each for each in working if each["manager_type"] in _BACKGROUND), None)
        if group is not None:
            self._world.groups.remove(group["id"])
            if manager := self._world.agents.rows.get(group["manager_agent_id"]):
                manager["enable_sleeptime"] = None

    def _end(self, agent: str) -> None:
        """It leaves its blocks and its archive behind, and groups go on naming it."""
        self._world.agents.remove(agent)
        self._world.said.pop(agent, None)
        for table in (self._world.conversations, self._world.messages):
            for row_id in [row["id"] for row in table if row["agent_id"] == agent]:
                table.remove(row_id)

    def _attach_block(self, asked: Asked, agent: str, block: str) -> Row:
        row, label = found(self._world.agents, agent), found(self._world.blocks, block)["label"]
        if block in row["block_ids"]:
            return self._whole(row)
        if label in {self._world.blocks.rows[each]["label"] for each in row["block_ids"]}:
            raise Refusal(409, "unique_label_per_agent")
        row["block_ids"].append(block)
        return self._whole(row)

    def _detach_block(self, asked: Asked, agent: str, block: str) -> Row:
        row = found(self._world.agents, agent)
        if block not in row["block_ids"]:
            raise Refusal(404, f"NOT_FOUND: {block} is not attached")
        row["block_ids"].remove(block)
        return self._whole(row)

    def _attach_folder(self, asked: Asked, agent: str, folder: str) -> Row:
        row = found(self._world.agents, agent)
        found(self._world.folders, folder)
        if folder not in row["folder_ids"]:
            row["folder_ids"].append(folder)
        with_file_tools(self._world, row)
        return self._whole(row)

    def _detach_folder(self, asked: Asked, agent: str, folder: str) -> Row:
        row = found(self._world.agents, agent)
        row["folder_ids"] = [each for each in row["folder_ids"] if each != folder]
        without_file_tools(self._world, row)
        return self._whole(row)

    def _attach_tool(self, asked: Asked, agent: str, tool: str) -> None:
        row = found(self._world.agents, agent)
        found(self._world.tools, tool)
        if tool not in row["tool_ids"]:
            row["tool_ids"].append(tool)

    def _detach_tool(self, asked: Asked, agent: str, tool: str) -> None:
        row = found(self._world.agents, agent)
        row["tool_ids"] = [each for each in row["tool_ids"] if each != tool]

    def _whole(self, row: Row) -> Row:
        """With everything it has: what a write answers."""
        world = self._world
        plain = {name: value for name, value in row.items() if name not in _NEVER_SHOWN}
        return {
            **plain,
            "blocks": [{**shown(world.blocks.rows[each]), "tags": []} for each in row["block_ids"]],
            "tools": [world.tools.rows[each] for each in row["tool_ids"]],
            "sources": [world.folders.rows[each] for each in row["folder_ids"]],
            "managed_group": self._managed(row),
            "secrets": [{"key": key, "value": value} for key, value in row["secret_values"].items()],
        }

    def _shown(self, row: Row, asked: Asked) -> Row:
        """What belongs to it is empty unless it is asked for; a list that is asked for any shows tags."""
        include = asked.query.get("include", ())
        wanted = {_INCLUDED[each] for each in include if each in _INCLUDED}
        wanted |= {"tags"} if include and asked.path.endswith("/") else set()
        whole = {
            name: value if name not in _INCLUDED.values() or name in wanted else []
            for name, value in self._whole(row).items()
        }
        return whole if "agent.managed_group" in include else {**whole, "managed_group": None}
