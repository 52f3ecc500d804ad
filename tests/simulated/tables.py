"""What a simulated server holds, as the tables of a real one: what the auditor and the histories look at.

In: a world. Out: a snapshot like that of the database, of the tables and columns that are simulated. It must
not know what a command did.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.audit.snapshot import Snapshot
from tests.plain_fields import plain_fields
from tests.simulated.blocks import shown
from tests.simulated.store import Row
from tests.simulated.world import World

_AGENT = (
    *("id", "name", "description", "system", "agent_type", "llm_config", "embedding_config", "tool_rules"),
    *(field.name for field in plain_fields("agent")),
    *("enable_sleeptime", "response_format", "hidden", "created_at", "updated_at"),
)
_BLOCK = ("id", "label", "value", "limit", "description", "read_only", "hidden")
_FOLDER = ("id", "name", "description", "instructions", "embedding_config", "created_at", "updated_at")
_FILE = ("id", "source_id", "original_file_name", "file_size", "processing_status", "created_at")
_TOOL = (
    *("id", "name", "tool_type", "source_code", "description", "tags", "return_char_limit"),
    *("default_requires_approval", "pip_requirements", "npm_requirements"),
)
_GROUP = (
    *("id", "description", "manager_type", "manager_agent_id", "termination_token", "max_turns"),
    *("sleeptime_agent_frequency", "max_message_buffer_length", "min_message_buffer_length", "agent_ids"),
    "hidden",
)


def tables(world: World) -> Snapshot:
    """Everything at this moment."""
    texts: dict[str, dict[str, str]] = {}
    for table, key, row in _rows(world):
        texts.setdefault(table, {})[key] = json.dumps(row, sort_keys=True)
    return Snapshot(texts)


def _rows(world: World) -> Iterator[tuple[str, str, Row]]:
    for agent in world.agents:
        yield "agents", agent["id"], {**_of(agent, _AGENT), "metadata_": agent["metadata"]}
        yield from _of_agent(agent, world)
    for block in world.blocks:
        yield "block", block["id"], {**_of(shown(block), _BLOCK), "metadata_": block["metadata"]}
        yield from _pairs("blocks_tags", "block_id", block["id"], "tag", block["tags"])
    for folder in world.folders:
        yield "sources", folder["id"], {**_of(folder, _FOLDER), "metadata_": folder["metadata"]}
    for file in world.files:
        yield "files", file["id"], _of(file, _FILE)
        yield "file_contents", file["id"], {"id": file["id"], "file_id": file["id"], "text": file["content"]}
    for tool in world.tools:
        yield "tools", tool["id"], _of(tool, _TOOL)
    for group in world.groups:
        yield "groups", group["id"], _of(group, _GROUP)
        living = [each for each in group["agent_ids"] if each in world.agents.rows]
        yield from _pairs("groups_agents", "group_id", group["id"], "agent_id", living)
    for message in world.messages:
        yield "messages", message["id"], {"id": message["id"], "agent_id": message["agent_id"]}
    for passage in world.passages:
        yield "archival_passages", passage["id"], dict(passage)
    for archive in world.archives:
        yield "archives", archive["id"], dict(archive)
    for conversation in world.conversations:
        yield "conversations", conversation["id"], dict(conversation)


def _of_agent(agent: Row, world: World) -> Iterator[tuple[str, str, Row]]:
    name = agent["id"]
    yield from _pairs("agents_tags", "agent_id", name, "tag", agent["tags"])
    yield from _pairs("tools_agents", "agent_id", name, "tool_id", agent["tool_ids"])
    yield from _pairs("sources_agents", "agent_id", name, "source_id", agent["folder_ids"])
    for block in agent["block_ids"]:
        label = world.blocks.rows[block]["label"]
        row = {"agent_id": name, "block_id": block, "block_label": label}
        yield "blocks_agents", f"{name}|{block}|{label}", row
    if agent["archive_id"]:
        yield from _pairs("archives_agents", "agent_id", name, "archive_id", [agent["archive_id"]])
    for key, value in agent["secret_values"].items():
        row = {"id": f"{name}|{key}", "agent_id": name, "key": key, "value": value}
        yield "agent_environment_variables", row["id"], row


def _pairs(
    table: str, owner: str, owner_id: str, item: str, items: list[str]
) -> Iterator[tuple[str, str, Row]]:
    for each in items:
        yield table, f"{owner_id}|{each}", {owner: owner_id, item: each}


def _of(row: Row, columns: tuple[str, ...]) -> dict[str, Any]:
    return {column: row.get(column) for column in columns}
