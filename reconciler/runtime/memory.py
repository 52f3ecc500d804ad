"""The memory of one agent: the blocks in its context, and the passages it put aside for good.

In: labels, texts and queries. Out: values and hits. This is the one door to an agent's memory; unlike a block
of the manifests it shows everything that hangs on the agent, what was made at run time included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from reconciler.remote.talk.knowledge import Knowledge
from reconciler.runtime.block import BlockHandle, BlockOnAgent
from reconciler.runtime.search_hit import Hit, cosine
from reconciler.runtime.services import Parts
from reconciler.values import Address

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MemoryBlock:
    """One block as the agent sees it."""

    label: str
    value: str
    description: str = ""
    limit: int | None = None
    """Characters."""
    read_only: bool = False
    id: str = ""


class AgentMemory:
    """Everything one agent remembers."""

    def __init__(self, parts: Parts, address: Address) -> None:
        self._parts = parts
        self.address = address

    def __repr__(self) -> str:
        return f"<AgentMemory {self.address}>"

    def blocks(self) -> list[MemoryBlock]:
        """Every block in the agent's context, by label; one request."""
        rows = self._use(self._parts.memory.blocks_of)
        return sorted(map(_block, rows), key=lambda block: block.label)

    def block(self, label: str) -> BlockHandle:
        """The block the agent has under this label, its own or a shared one; nothing is sent.

        Reading raises NotThere when it has none, writing NotAllowed when it is read-only.
        """
        return BlockOnAgent(self._parts, Address(self.address.owner, "block", label, agent=self.address.name))

    def insert(self, text: str, tags: Sequence[str] = ()) -> list[str]:
        """Put a passage aside for good; the ids of what the server made of it."""
        rows = self._use(lambda agent_id: self._parts.memory.insert(agent_id, text, tags))
        return [str(row["id"]) for row in rows]

    def search(
        self, query: str, limit: int = 5, *, tags: Sequence[str] = (), scores: bool = False
    ) -> list[Hit]:
        """The nearest passages, nearest first; with `scores` their similarity is worked out here."""
        found = self._use(lambda agent_id: self._parts.memory.search(agent_id, query, tags, limit))
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

    def _use(self, call: Callable[[str], T]) -> T:
        return self._parts.directory.use(self.address, call)


class CoreMemory:
    """What `agent.core_memory` gave in earlier releases: `agent.memory` has all of it."""

    def __init__(self, memory: AgentMemory) -> None:
        self._memory = memory

    def __repr__(self) -> str:
        return f"<CoreMemory {self._memory.address}>"

    def read(self) -> list[MemoryBlock]:
        """As `memory.blocks()`."""
        return self._memory.blocks()

    def write(self, label: str, value: str, expect: str | None = None) -> None:
        """As `memory.block(label).write(value, expect)`."""
        self._memory.block(label).write(value, expect)


def query_vector(knowledge: Knowledge, project: str, embedding: str | None, query: str) -> list[float]:
    """What the server's embedding makes of a query; empty when it has none."""
    if not embedding:
        return []
    return knowledge.vector(project, embedding, query)


def _block(row: Mapping[str, Any]) -> MemoryBlock:
    limit = row.get("limit")
    return MemoryBlock(
        str(row.get("label") or ""),
        str(row.get("value") or ""),
        str(row.get("description") or ""),
        limit if isinstance(limit, int) else None,
        bool(row.get("read_only")),
        str(row.get("id") or ""),
    )
