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
from reconciler.runtime.block_limit import check_limit
from reconciler.runtime.errors import ValueMoved
from reconciler.runtime.services import Parts
from reconciler.values import Address

_TRIES = 8


class BlockHandle:
    """A block of one user, shared or private to an agent."""

    def __init__(self, parts: Parts, address: Address) -> None:
        self._parts = parts
        self.address = address

    def read(self) -> str:
        """The value now."""
        return str(self._row().get("value") or "")

    def write(self, value: str, expect: str | None = None) -> None:
        """Replace the value; with `expect` only when it still is that: ValueMoved otherwise."""
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
        limit = row.get("limit")
        check_limit(value, limit if isinstance(limit, int) else None, str(self.address))
        block_id, old = str(row["id"]), str(row.get("value") or "")
        if expect is not None and old != expect:
            raise self._moved()
        if old == value:
            return
        self._keep(old)

        def still() -> None:
            now = str(self._parts.memory.block(block_id).get("value") or "")
            if now not in (expect, value):
                raise self._moved()

        self._parts.memory.write(block_id, value, still if expect is not None else None)

    def _keep(self, old: str) -> None:
        """What ends is kept where there is a state file; without one there is no history."""
        if self._parts.history is not None and old:
            with suppress(StateError):
                self._parts.history.keep(self.address, "value", old, "written by a program")

    def _moved(self) -> ValueMoved:
        return ValueMoved(
            f"{self.address} is not what was expected; nothing was written",
            why="an agent or another program changed it in the meantime",
            hint="read it again and decide anew",
        )
