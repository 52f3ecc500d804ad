"""What agents said and hold, as far as the product asks for it; models and embeddings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.simulated.listing import first, page
from tests.simulated.models import EMBEDDINGS, MODELS
from tests.simulated.store import Row
from tests.simulated.world import Refusal, World, found

if TYPE_CHECKING:
    from tests.simulated.letta import Asked, Handler


_FIRST: dict[str, tuple[tuple[str, ...], ...]] = {
    "letta_v1_agent": (("system_message",),),
    "sleeptime_agent": (("system_message",), ("user_message",)),
}
"""What is shown of the messages a new agent begins with, by its type."""
_FIRST_OF_OTHERS = (("system_message",), ("reasoning_message", "assistant_message"), (), ("user_message",))


def first_messages(world: World, agent: Row) -> list[str]:
    """Ids of the messages a new agent begins with."""
    ids = []
    for kinds in _FIRST.get(agent["agent_type"], _FIRST_OF_OTHERS):
        message = world.messages.add({"agent_id": agent["id"], "date": world.clock.now()})
        shown = {"id": message["id"], "date": message["date"]}
        world.said.setdefault(agent["id"], []).extend({**shown, "message_type": kind} for kind in kinds)
        ids.append(str(message["id"]))
    return ids


class Said:
    """Messages, passages, runs and conversations; nobody runs anything here."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> Iterator[tuple[str, str, Handler]]:
        yield "GET", "/v1/agents/*/messages", self._messages
        yield "GET", "/v1/agents/*/archival-memory", self._passages
        yield "POST", "/v1/agents/*/archival-memory", self._insert
        yield "GET", "/v1/agents/*/export", self._export
        yield "GET", "/v1/conversations/", self._conversations
        yield "POST", "/v1/conversations/", self._converse
        yield "GET", "/v1/conversations/*/messages", self._of_conversation
        yield "POST", "/v1/conversations/*/messages", self._speak
        yield "GET", "/v1/archives/", self._archives
        yield "PATCH", "/v1/agents/*/archives/attach/*", self._attach
        yield "GET", "/v1/runs/", lambda asked: [*self._world.runs]
        yield "GET", "/v1/models/", lambda asked: [{"handle": each} for each in MODELS]
        yield "GET", "/v1/models/embedding", lambda asked: [{"handle": each} for each in EMBEDDINGS]

    def _messages(self, asked: Asked, agent: str) -> list[Row]:
        found(self._world.agents, agent)
        rows = self._world.said.get(agent, ())  # made at once: one order
        return page(rows, {**asked.query, "order": ["asc"]})

    def _passages(self, asked: Asked, agent: str) -> list[Row]:
        archive = found(self._world.agents, agent)["archive_id"]
        rows = (row for row in self._world.passages if row["archive_id"] == archive)
        return page(rows, {**asked.query, "order": ["asc"]})

    def _insert(self, asked: Asked, agent: str) -> list[Row]:
        """The first one makes an archive."""
        row = found(self._world.agents, agent)
        if row["archive_id"] is None:
            made = self._world.archives.add({"name": f"{row['name']}'s Archive"})
            row["archive_id"] = made["id"]
        text = asked.body["text"]
        return [self._world.passages.add({"text": text, "archive_id": row["archive_id"]})]

    def _archives(self, asked: Asked) -> list[Row]:
        """Those of one agent, or all."""
        agent = first(asked.query, "agent_id")
        wanted = {found(self._world.agents, agent)["archive_id"]} if agent else self._world.archives.rows
        return page((row for row in self._world.archives if row["id"] in wanted), asked.query)

    def _attach(self, asked: Asked, agent: str, archive: str) -> None:
        row = found(self._world.agents, agent)
        found(self._world.archives, archive)
        if row["archive_id"] not in (None, archive):
            raise Refusal(409, "unique_agent_archive")
        row["archive_id"] = archive

    def _conversations(self, asked: Asked) -> list[Row]:
        agent = first(asked.query, "agent_id")
        rows = (row for row in self._world.conversations if not agent or row["agent_id"] == agent)
        return page(rows, asked.query)

    def _converse(self, asked: Asked) -> Row:
        agent = found(self._world.agents, first(asked.query, "agent_id"))["id"]
        return self._world.conversations.add({"agent_id": agent, "summary": asked.body.get("summary")})

    def _of_conversation(self, asked: Asked, conversation: str) -> list[Row]:
        agent = found(self._world.conversations, conversation)["agent_id"]
        rows = self._world.said.get(agent, ())
        return page((row for row in rows if row.get("conversation_id") == conversation), asked.query)

    def _speak(self, asked: Asked, conversation: str) -> Row:
        """What a user says; nobody answers."""
        agent = found(self._world.conversations, conversation)["agent_id"]
        message = self._world.messages.add({"agent_id": agent, "date": self._world.clock.now()})
        more = {"conversation_id": conversation, "run_id": f"run-{message['id']}"}
        shown = {"id": message["id"], "date": message["date"], "message_type": "user_message", **more}
        self._world.said[agent].append({**shown, "content": asked.body["messages"][0]["content"]})
        return {"messages": []}

    def _export(self, asked: Asked, agent: str) -> Row:
        """What of an agent file is looked at."""
        row = found(self._world.agents, agent)
        return {"agents": [{"name": row["name"], "system": row["system"]}]}
