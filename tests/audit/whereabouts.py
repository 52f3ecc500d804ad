"""Which row an address means: by what the plan and the outcome say, else by the marks on the server.

In: two snapshots and the commands between them. Out: server ids. It must not decide what may move.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tests.audit.commands import Command
from tests.audit.fields import Fields
from tests.audit.marks import addresses
from tests.audit.snapshot import Snapshot

_ID = re.compile(r"[a-z_]+-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def kind_of(address: str) -> str:
    """The kind an address names."""
    parts = address.split("/")
    rest = parts[1:] if parts[0] == "shared" else parts[2:]
    is_private = rest[0] == "agent" and len(rest) > 3 and rest[2] == "block"
    return "block" if is_private else rest[0]


class Whereabouts:
    """Ids by address, of one stretch of a test."""

    def __init__(
        self, fields: Fields, before: Snapshot, after: Snapshot, commands: Iterable[Command]
    ) -> None:
        self.fields, self.before, self.after = fields, before, after
        self._was, self._is = addresses(before), addresses(after)
        self._known: dict[str, str] = {}
        for command in commands:
            self._known.update(command.plan.get("ids", {}))
        for command in commands:
            for result in (command.outcome or {}).get("results", ()):
                if result["id"] and result["status"] == "done":
                    self._known[result["address"]] = result["id"]

    def made(self, address: str) -> str:
        """The id of a row that came in between; empty when none did. Of several with one mark one counts."""
        there = self.before.texts.get(self.fields.kinds[kind_of(address)].table, {})
        known = self._known.get(address, "")
        new = [each for each in self._is.get(address, ()) if each not in there]
        return known if known and known not in there else next(iter(new), "")

    def of(self, target: str) -> str:
        """The id of an address, an id or a tool's name; empty when there is no such thing."""
        if _ID.fullmatch(target):
            return target
        if "/" not in target:
            return self._tool(target)
        return self.made(target) or self._known.get(target) or next(iter(self.marked(target)), "")

    def marked(self, address: str) -> list[str]:
        """All ids that bear the mark of an address, or bore it."""
        return sorted({*self._was.get(address, ()), *self._is.get(address, ())})

    def below(self, owner: str, kind: str) -> list[str]:
        """Ids of all resources of a kind in one set."""
        wanted = f"{owner}/{kind}/"
        found = {*self._was, *self._is}
        return [each for a in found if a.startswith(wanted) and kind_of(a) == kind for each in self.marked(a)]

    def _tool(self, name: str) -> str:
        for snapshot in (self.after, self.before):
            for row in snapshot.rows("tools").values():
                if row["name"] == name:
                    return str(row["id"])
        return ""
