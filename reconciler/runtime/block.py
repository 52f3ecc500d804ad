"""One memory block in use: read it, write it within its limit, append to it.

In: values. Out: values. What is written over is kept in the history first. The server has no conditional
write: who appends, or writes with `expect`, holds a lock on the server meanwhile, so that programs lose
nothing of each other. Agents know no locks: what one writes in the few milliseconds between the look and the
write is written over (and is on no record).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from reconciler.database.optional import without_file
from reconciler.errors import Conflict, LockHeld, StateError
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

    def _row(self) -> Mapping[str, Any]:
        meant = self._parts.directory.meant(self.address)
        return self._parts.directory.use(meant, self._parts.memory.block)

    def write(self, value: str, expect: str | None = None) -> None:
        """Replace the value; with `expect` only when it still is that: ValueMoved otherwise.

        OverLimit when the text has more characters than the block's limit. `expect` costs two more writes.
        """
        with self._parts.writing(self.address):
            row = self._row()
            if expect is None:
                self._write(row, value, None)
                return
            if str(row.get("value") or "") != expect:
                raise self._moved()
            with self._alone_at(row):
                self._write(self._row(), value, expect)

    def append(self, text: str, separator: str = "\n") -> str:
        """Add to the end and return the whole; looks again when an agent wrote meanwhile.

        Three writes, as nobody else may append at the same time.
        """
        with self._parts.writing(self.address), self._alone_at(self._row()):
            for _ in range(_TRIES):
                row = self._row()
                old = str(row.get("value") or "")
                value = f"{old}{separator}{text}" if old else text
                try:
                    self._write(row, value, old)
                except (ValueMoved, Conflict):
                    continue
                return value
        raise self._is_busy()

    @contextmanager
    def _alone_at(self, row: Mapping[str, Any]) -> Iterator[None]:
        try:
            with self._parts.alone_at(str(row["id"])):
                yield
        except LockHeld as error:
            raise self._is_busy() from error

    def _is_busy(self) -> ValueMoved:
        return ValueMoved(f"{self.address} is written to all the time", hint="try again later")

    def _write(self, row: Mapping[str, Any], value: str, expect: str | None) -> None:
        self._check_own()
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

    def _check_own(self) -> None:
        """NotAllowed for a block that every user has, unless it was asked for as such."""
        self._parts.directory.check_own(self.address)

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
        """What ends is kept where there is a state file; without one there is no history.

        One that cannot be written, as on a full disk, stops nobody, and is said each time: to `warn`, and as
        a RuntimeWarning.
        """
        address = self._kept_as(block_id)
        if self._parts.history is None or not old or address is None:
            return
        try:
            self._parts.history.keep(address, "value", old, "written by a program")
        except StateError as error:
            self._parts.session.warn(without_file(error))
            message = f"the old value of {address} is kept nowhere: {error.summary}"
            warnings.warn(message, RuntimeWarning, stacklevel=2)

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

    def _check_own(self) -> None:
        """What hangs on an agent is its own."""

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
