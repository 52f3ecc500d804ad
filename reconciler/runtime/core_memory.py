"""The memory an agent has in its context: all of its blocks, its own and shared ones, by label.

In: labels and values. Out: what stands there. Unlike a block of the manifests this sees everything that hangs
on the agent, blocks it made itself included. Read-only blocks are not written here: their value is policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconciler.errors import StateError
from reconciler.runtime.block_limit import check_limit
from reconciler.runtime.errors import NotAllowed, NotThere, ValueMoved
from reconciler.values import Address

if TYPE_CHECKING:
    from reconciler.runtime.agent import AgentHandle


@dataclass(frozen=True, slots=True)
class MemoryBlock:
    """One block as the agent sees it."""

    label: str
    value: str
    description: str = ""
    limit: int | None = None
    read_only: bool = False
    id: str = ""


class CoreMemory:
    """All blocks of one agent."""

    def __init__(self, agent: AgentHandle) -> None:
        self._agent = agent
        self._parts = agent._parts

    def read(self) -> list[MemoryBlock]:
        """Every block, by label; one request."""
        rows = self._parts.directory.use(self._agent.address, self._parts.memory.blocks_of)
        return sorted(map(_block, rows), key=lambda block: block.label)

    def write(self, label: str, value: str, expect: str | None = None) -> None:
        """Replace one block's value, within its limit; with `expect` only when it still is that."""
        with self._parts.writing(self._agent.address):
            block = self._find(label)
            what = f"block {label} of {self._agent.address}"
            if block.read_only:
                raise NotAllowed(f"{what} is read-only", why="its value is what the manifests say")
            check_limit(value, block.limit, what)
            moved = ValueMoved(f"{what} is not what was expected; nothing was written")
            if expect is not None and block.value != expect:
                raise moved

            def still() -> None:
                now = str(self._parts.memory.block(block.id).get("value") or "")
                if now not in (expect, value):
                    raise moved

            if block.value != value:
                self._keep(block)
                self._parts.memory.write(block.id, value, still if expect is not None else None)

    def _find(self, label: str) -> MemoryBlock:
        blocks = self.read()
        for block in blocks:
            if block.label == label:
                return block
        known = ", ".join(block.label for block in blocks) or "none"
        raise NotThere(f"{self._agent.address} has no block {label}", why=f"it has: {known}")

    def _keep(self, block: MemoryBlock) -> None:
        """What ends is kept under the block's own address, when it has one."""
        owner, agent = self._agent.address.owner, self._agent.address.name
        for address in (Address(owner, "block", block.label, agent), Address(owner, "block", block.label)):
            known = self._parts.directory.cached(address)
            if known and known.server_id == block.id and self._parts.history is not None and block.value:
                with suppress(StateError):
                    self._parts.history.keep(address, "value", block.value, "written by a program")


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
