"""One agent in use: talk to it, look into its memory.

In: texts. Out: answers. The agent is found in memory, in the cache or on the server, in this order; an agent
that was made anew under another id is found again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.remote.talk.knowledge import Knowledge
from reconciler.runtime.answers import Exchange
from reconciler.runtime.block import BlockHandle
from reconciler.runtime.core_memory import CoreMemory
from reconciler.runtime.search_hit import Hit, cosine
from reconciler.runtime.send import TIMEOUT, Streamed, answer_of
from reconciler.runtime.services import Parts
from reconciler.values import Address


class AgentHandle:
    """An agent of one user."""

    def __init__(self, parts: Parts, address: Address) -> None:
        self._parts = parts
        self.address = address

    @property
    def id(self) -> str:
        """The server id, asked for when it is not known."""
        return self._parts.directory.find(self.address).server_id

    def send(self, text: str, *, timeout: float = TIMEOUT) -> str:
        """What the assistant answers; AgentFailed when it gives no answer."""
        return answer_of(self.exchange(text, timeout=timeout), self.address.name)

    def exchange(self, text: str, *, timeout: float = TIMEOUT) -> Exchange:
        """Everything that follows a message: answers, tool calls and returns, reasoning, errors."""
        talk, name = self._parts.talk, self.address.name
        return self._parts.directory.use(
            self.address, lambda agent_id: talk.exchange(agent_id, name, text, timeout)
        )

    def stream(self, text: str, *, timeout: float = TIMEOUT) -> Streamed:
        """The answer as it is made; iterate what this returns, and `cancel()` it to stop."""
        directory = self._parts.directory
        return self._parts.talk.stream(
            self.id, self.address.name, text, timeout, lambda: directory.heal(self.address).server_id
        )

    def cancel(self) -> None:
        """End whatever the agent is at; the server stops before its next step."""
        self._parts.directory.use(self.address, self._parts.talk.messages.cancel)

    def block(self, label: str) -> BlockHandle:
        """A block private to this agent."""
        return BlockHandle(self._parts, Address(self.address.owner, "block", label, agent=self.address.name))

    @property
    def core_memory(self) -> CoreMemory:
        """Everything in the agent's context, by label."""
        return CoreMemory(self)

    @property
    def memory(self) -> ArchivalMemory:
        """What the agent put aside for good."""
        return ArchivalMemory(self)

    def _use(self, call: Any) -> Any:
        return self._parts.directory.use(self.address, call)


class ArchivalMemory:
    """The archival passages of one agent."""

    def __init__(self, agent: AgentHandle) -> None:
        self._agent = agent
        self._parts = agent._parts

    def insert(self, text: str, tags: Sequence[str] = ()) -> list[str]:
        """Add a passage; the ids of what the server made of it."""
        rows = self._agent._use(lambda agent_id: self._parts.memory.insert(agent_id, text, tags))
        return [str(row["id"]) for row in rows]

    def search(
        self, query: str, limit: int = 5, *, tags: Sequence[str] = (), scores: bool = False
    ) -> list[Hit]:
        """The nearest passages, nearest first; with `scores` their similarity is worked out here."""
        found = self._agent._use(lambda agent_id: self._parts.memory.search(agent_id, query, tags, limit))
        passages = [hit.get("passage") or {} for hit in found]
        vector = self._vector(passages, query) if scores else []
        return [
            Hit(
                str(row.get("text") or ""),
                cosine(vector, row.get("embedding") or ()) if vector else None,
                tags=tuple(row.get("tags") or ()),
                id=str(row.get("id") or ""),
            )
            for row in passages
        ]

    def _vector(self, passages: Sequence[Any], query: str) -> list[float]:
        config = next((row.get("embedding_config") for row in passages), None) or {}
        return query_vector(self._parts.knowledge, self._parts.session.project, config.get("handle"), query)


def query_vector(knowledge: Knowledge, project: str, embedding: str | None, query: str) -> list[float]:
    """What the server's embedding makes of a query; empty when it has none."""
    if not embedding:
        return []
    return knowledge.vector(project, embedding, query)
