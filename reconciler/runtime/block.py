"""One memory block in use: read it, write it within its limit, append to it.

In: values. Out: values. What is written over is kept in the history first. The server has no conditional
write: `expect` is compared right before each attempt, so a writer of another process in the same few
milliseconds can still be written over (its value then is on no record).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from reconciler.errors import Conflict, StateError
from reconciler.runtime.errors import NotAllowed, NotThere, OverLimit, ValueMoved
from reconciler.runtime.services import Parts
from reconciler.values import Address

_TRIES = 8


class BlockHandle:
    """A block of one user, shared by agents or private to one."""

    def __init__(self, parts: Parts, address: Address) -> None:
        self._parts = parts
        self.address = address

    def __repr__(self) -> str:
        return f"<BlockHandle {self.address}>"

    def read(self) -> str:
        """The value now."""
        return str(self._row().get("value") or "")

    def write(self, value: str, expect: str | None = None) -> None:
        """Replace the value; with `expect` only when it still is that: ValueMoved otherwise.

        OverLimit when the text has more characters than the block's limit.
        """
        with self._parts.writing(self.address):
            self._write(self._row(), value, expect)

    def append(self, text: str, separator: str = "\n") -> str:
        """Add to the end and return the whole; looks again when somebody else wrote meanwhile."""
        for _ in range(_TRIES):
            with self._parts.writing(self.address):
                row = self._row()
                old = str(row.get("value") or "")
                value = f"{old}{separator}{text}" if old else text
                try:
                    self._write(row, value, old)
                except (ValueMoved, Conflict):
                    continue
                return value
        raise ValueMoved(f"{self.address} is written to all the time", hint="try again later")

    def _row(self) -> Mapping[str, Any]:
        return self._parts.directory.use(self.address, self._parts.memory.block)

    def _write(self, row: Mapping[str, Any], value: str, expect: str | None) -> None:
        self._check(row, value)
        block_id, old = str(row["id"]), str(row.get("value") or "")
        if expect is not None and old != expect:
            raise self._moved()
        if old == value:
            return
        self._keep(block_id, old)

        def still() -> None:
            now = str(self._parts.memory.block(block_id).get("value") or "")
            if now not in (expect, value):
                raise self._moved()

        self._parts.memory.write(block_id, value, still if expect is not None else None)

    def _check(self, row: Mapping[str, Any], value: str) -> None:
        """OverLimit when the text has more characters than allowed; the server takes any (letta 0.16.8,
        measured)."""
        limit = row.get("limit")
        if isinstance(limit, int) and len(value) > limit:
            raise OverLimit(
                f"{self.address} would hold {len(value):,} characters, its limit is {limit:,}",
                why="nothing was written: the server does not enforce the limit",
                hint="shorten the text, or raise the limit in the manifest",
            )

    def _keep(self, block_id: str, old: str) -> None:
        """What ends is kept where there is a state file; without one there is no history."""
        address = self._kept_as(block_id)
        if self._parts.history is not None and old and address is not None:
            with suppress(StateError):
                self._parts.history.keep(address, "value", old, "written by a program")

    def _kept_as(self, block_id: str) -> Address | None:
        """What the history calls the block."""
        del block_id
        return self.address

    def _moved(self) -> ValueMoved:
        return ValueMoved(
            f"{self.address} is not what was expected; nothing was written",
            why="an agent or another program changed it in the meantime",
            hint="read it again and decide anew",
        )


class BlockOnAgent(BlockHandle):
    """A block as one agent has it under a label: its own, a shared one, or one made at run time.

    A read-only one is not written: its value is what manifests or an app say.
    """

    def _row(self) -> Mapping[str, Any]:
        agent = Address(self.address.owner, "agent", self.address.agent)
        rows = self._parts.directory.use(agent, self._parts.memory.blocks_of)
        for row in rows:
            if row.get("label") == self.address.name:
                return row
        known = ", ".join(sorted(str(row.get("label")) for row in rows)) or "none"
        raise NotThere(f"{agent} has no block {self.address.name}", why=f"it has: {known}")

    def _check(self, row: Mapping[str, Any], value: str) -> None:
        if row.get("read_only"):
            raise NotAllowed(f"{self.address} is read-only", why="its value is what the manifests say")
        super()._check(row, value)

    def _kept_as(self, block_id: str) -> Address | None:
        """Its own address, or that of the shared block; None for one made at run time."""
        for address in (self.address, Address(self.address.owner, "block", self.address.name)):
            known = self._parts.directory.cached(address)
            if known is not None and known.server_id == block_id:
                return address
        return None
