"""Everything an agent has said and remembers, read before the agent is deleted.

In: an agent's id. Out: the server's own agent file, and beside it what that leaves out: letta 0.16.8 exports
only the messages still in context, and no archival passages (measured). Values of secrets are taken out. It
must not write anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reconciler.errors import MalformedAnswer, NotFound
from reconciler.remote.http.pages import OLDEST_FIRST, Gets, Rows, list_messages, list_rows
from reconciler.values import Address

_SECRET_FIELDS = ("secrets", "tool_exec_environment_variables")
_SERVER_SECRETS = ("token", "custom_headers", "stdio_config")
"""Of MCP servers: what may hold a key."""


@dataclass(frozen=True, slots=True)
class ExportedAgent:
    """One agent, whole."""

    agent_file: dict[str, Any]
    """What the server can import again."""
    messages: Rows
    """All of them, oldest first."""
    passages: Rows
    """Archival memory, without its vectors."""
    conversations: Rows = field(default_factory=list)
    """Each with its messages."""


def export_agent(transport: Gets, address: Address, server_id: str) -> ExportedAgent | None:
    """The agent; None when it is gone already."""
    task = f"export {address}"
    path = f"/v1/agents/{server_id}"
    try:
        agent_file = transport.get(f"{path}/export", task)
        messages = list_messages(transport, f"{path}/messages", task)
        passages = list_rows(transport, f"{path}/archival-memory", task, (("ascending", "true"),))
        conversations = _conversations(transport, server_id, task)
    except NotFound:
        return None
    if not isinstance(agent_file, dict) or not agent_file.get("agents"):
        raise MalformedAnswer(f"the export holds no agent: {address}")
    bare = [{key: row[key] for key in row if not key.startswith("embedding")} for row in passages]
    return ExportedAgent(without_secrets(agent_file), messages, bare, conversations)


def _conversations(transport: Gets, server_id: str, task: str) -> Rows:
    """None on a server that has no conversations."""
    try:
        found = list_rows(transport, "/v1/conversations/", task, (("agent_id", server_id), OLDEST_FIRST))
    except NotFound:
        return []
    return [
        {**row, "messages": list_messages(transport, f"/v1/conversations/{row['id']}/messages", task)}
        for row in found
    ]


def without_secrets(agent_file: dict[str, Any]) -> dict[str, Any]:
    """The file with the value of every secret emptied; its name stays."""
    agents = [_emptied(agent, _SECRET_FIELDS) for agent in agent_file.get("agents") or ()]
    servers = [_emptied(server, _SERVER_SECRETS) for server in agent_file.get("mcp_servers") or ()]
    return {**agent_file, "agents": agents, "mcp_servers": servers}


def _emptied(row: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    return {**row, **{field: _without_values(row[field]) for field in fields if field in row}}


def _without_values(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_values(inner) for key, inner in value.items()}
    return None if value is None else ""
