"""What a program's call announced: what its name says it does, to what it was called on.

In: one command that carried no plan. Out: what may move. Calls that run an agent announce a message to it;
what the server and the agent make of that is for the consequences.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.audit.claims import ANY, Claim
from tests.audit.commands import Command, Deed
from tests.audit.differences import ADDED, CHANGED, REMOVED
from tests.audit.whereabouts import Whereabouts

_TABLES = {
    "agent": "agents",
    "agent-env": "agent_environment_variables",
    "archive": "archives",
    "block": "block",
    "conv": "conversations",
    "file": "files",
    "group": "groups",
    "identity": "identities",
    "passage": "archival_passages",
    "source": "sources",
    "tool": "tools",
}
"""Prefix of an id to its table."""


def call_claims(command: Command, where: Whereabouts) -> Iterator[Claim]:
    """What may move because of this call."""
    said = command.name
    match command.place:
        case "AgentHandle.exchange" | "AgentHandle.stream" | "AgentHandle.cancel":
            yield from _messages(said, where.marked(command.subject))
        case "AgentHandle.approve" | "AgentHandle.deny" | "AgentHandle.reset_messages":
            yield from _messages(said, where.marked(command.subject))
        case "GroupHandle.exchange" | "GroupHandle.stream":
            for group in where.marked(command.subject):
                yield from _messages(said, _members(where, group))
        case "AgentMemory.insert":
            for agent in where.marked(command.subject):
                yield Claim(said, "#archival", {"agent_id": agent})
        case "BlockHandle.write" | "BlockHandle.append":
            for block in where.marked(command.subject):
                yield Claim(said, "block", {"id": block}, columns=frozenset({"value"}))
            yield from _on_agent(said, where, command.subject)
        case "UserSet.update_shared_memory":
            yield from _shared(said, where, command)
        case "SourceHandle.add":
            name = {"original_file_name": command.made} if command.made else {}
            for source in where.marked(command.subject):
                yield Claim(said, "files", {"source_id": source, **name}, frozenset({ADDED, REMOVED}))
        case "SourceHandle.remove":
            for source in where.marked(command.subject):
                match = {"source_id": source, "original_file_name": command.label}
                yield Claim(said, "files", match, frozenset({REMOVED}))
        case "SourceHandle.search":
            for source in where.marked(command.subject):
                yield Claim(said, "#search", {"source_id": source})
        case _:
            pass


def deed_claims(deed: Deed) -> Iterator[Claim]:
    """What others did, as the same kind of claims: whatever it touched is theirs."""
    said = f"others: {deed.method} {deed.path}"
    for server_id in sorted(deed.ids):
        table = _TABLES.get(server_id[:-37], "")
        if table:
            yield Claim(said, table, {"id": server_id}, ANY)
        yield Claim(said, "#touched", {"id": server_id}, ANY)
        if table == "agents" and "/messages" in deed.path:
            yield Claim(said, "#message", {"agent_id": server_id})
        if table == "agents" and deed.path.endswith(("/archival-memory", "/run")):
            yield Claim(said, "#archival", {"agent_id": server_id})


def _messages(said: str, agents: list[str]) -> Iterator[Claim]:
    for agent in agents:
        yield Claim(said, "#message", {"agent_id": agent})


def _members(where: Whereabouts, group: str) -> list[str]:
    for snapshot in (where.after, where.before):
        if group in snapshot.rows("groups"):
            row = snapshot.row("groups", group)
            return [*(row["agent_ids"] or ()), *filter(None, [row["manager_agent_id"]])]
    return []


def _on_agent(said: str, where: Whereabouts, subject: str) -> Iterator[Claim]:
    """A block that is written by its label on one agent, whoever's it is."""
    agent, _, label = subject.rpartition("/block/")
    for each in where.marked(agent) if "/agent/" in agent else ():
        yield from _value(said, where, each, label)


def _value(said: str, where: Whereabouts, agent: str, label: str) -> Iterator[Claim]:
    for row in where.before.rows("blocks_agents").values():
        if row["agent_id"] == agent and row["block_label"] == label:
            yield Claim(said, "block", {"id": row["block_id"]}, columns=frozenset({"value"}))


def _shared(said: str, where: Whereabouts, command: Command) -> Iterator[Claim]:
    """A block that all agents of a user share: written, or made and attached to all."""
    agents = where.below(command.subject, "agent")
    for agent in agents:
        yield from _value(said, where, agent, command.label)
        match = {"agent_id": agent, "block_label": command.label}
        yield Claim(said, "blocks_agents", match, frozenset({ADDED}))
    yield Claim(said, "block", {"label": command.label}, frozenset({ADDED, CHANGED}), frozenset({"value"}))
    new = set(where.after.texts.get("block", {})) - set(where.before.texts.get("block", {}))
    for block in sorted(new):
        if where.after.row("block", block)["label"] == command.label:
            yield Claim(said, "blocks_tags", {"block_id": block}, frozenset({ADDED}))
