"""What a plan announced: its changes and their fields, as claims and expectations.

In: one command that carried a plan out. Out: what may move, and what must have moved where it is done.
The fields a person is shown are what counts, not the requests a change is made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.audit.claims import ANY, REPLACED, Claim, Expected
from tests.audit.commands import Command
from tests.audit.differences import ADDED, REMOVED
from tests.audit.fields import KindOfRow, Members
from tests.audit.marks import MARK, is_mark_tag
from tests.audit.snapshot import Row
from tests.audit.whereabouts import Whereabouts, kind_of

_WRITTEN = frozenset({"write"})
_MARK_COLUMNS = frozenset({"metadata_.letta-reconciler", f"description{MARK}", f"tags{MARK}"})
_ID = re.compile(r"[a-z_]+-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TOUCHED = frozenset({"updated_at", "_last_updated_by_id"})
_ERASED = {"archive": "archives", "block": "block", "identity": "identities"}
_KEPT_TAGS = "metadata_.letta-reconciler:kept-tags"


class Planned:
    """Everything one plan announced."""

    def __init__(self, command: Command, where: Whereabouts) -> None:
        self._command, self._where = command, where

    def claims(self) -> Iterator[Claim]:
        """What may move: of changes that were not reached, nothing."""
        for change in self._command.plan["changes"]:
            if self._command.status_of(change["address"]) not in ("skipped", "not_started"):
                yield from self._claims(change)

    def expected(self) -> Iterator[Expected]:
        """What must have happened: what the outcome says is done."""
        for change in self._command.plan["changes"]:
            if self._command.status_of(change["address"]) == "done":
                yield from self._expected(change)

    def _claims(self, change: Mapping[str, Any]) -> Iterator[Claim]:
        said, action = _said(change), change["action"]
        kind = self._where.fields.kinds[kind_of(change["address"])]
        new = self._where.made(change["address"]) if action in ("create", "replace") else ""
        heir = new if action == "replace" else self._heir(change)
        if action in ("delete", "replace") and change.get("id"):
            causes = frozenset({REPLACED}) if heir else frozenset()
            match = {"id": change["id"]}
            yield Claim(said, kind.table, match, frozenset({REMOVED}), causes=causes, successor=heir)
        for server_id in (each for text in change.get("takes_along", ()) for each in _ID.findall(text)):
            table = "groups" if server_id.startswith("group-") else "agents"
            yield Claim(f"{said} (takes along)", table, {"id": server_id}, frozenset({REMOVED}))
        if heir and not new:
            yield Claim(f"{said} (what it has goes on)", kind.table, {"id": heir}, columns=_TOUCHED)
        if new:
            yield Claim(said, kind.table, {"id": new}, frozenset({ADDED}))
            yield from _of_users(change, new, said)
        for server_id in sorted({new, change.get("id", ""), *_updated(change)} - {""}):
            yield from self._of_row(change, kind, server_id, said)
        for operation in (*change.get("operations", ()), *change.get("afterwards", ())):
            if operation["op"] == "erase":
                table = _ERASED[operation["kind"]]
                yield Claim(f"{said} (erased)", table, {"id": operation["id"]}, frozenset({REMOVED}))
            if operation["op"] == "recompile":
                yield Claim(said, "#recompile", {"agent_id": self._where.of(operation["address"])})

    def _heir(self, change: Mapping[str, Any]) -> str:
        """What an old one that a replace left gives to the new one before it ends: said with the reason."""
        carried = (each for each in change.get("operations", ()) if each["op"] == "carry")
        return next((self._where.of(each["address"]) for each in carried), "")

    def _of_row(
        self, change: Mapping[str, Any], kind: KindOfRow, server_id: str, said: str
    ) -> Iterator[Claim]:
        """Fields and marks of one row."""
        yield Claim(f"{said} (mark)", kind.table, {"id": server_id}, columns=_MARK_COLUMNS | {_KEPT_TAGS})
        if kind.marks is not None:
            match = {kind.marks.owner: server_id}
            yield Claim(f"{said} (mark)", kind.marks.table, match, ANY, holds=_is_mark)
        for field in _written(change):
            name, item = _parsed(field["path"])
            if name in kind.members:
                yield from self._of_member(kind.members[name], field, item, server_id, said)
            if name in kind.columns:
                moves = kind.columns[name].moved(item)
                yield Claim(f"{said} ({field['path']})", kind.table, {"id": server_id}, columns=moves)

    def _of_member(
        self, members: Members, field: Mapping[str, Any], item: str, server_id: str, said: str
    ) -> Iterator[Claim]:
        said = f"{said} ({field['path']})"
        if members.item:
            match = {members.owner: server_id, members.item: item}
            yield Claim(said, members.table, match, ANY)
            return
        for op, side in ((REMOVED, "live"), (ADDED, "desired")):
            for target in self._targets(field.get(side), with_former=op == REMOVED):
                match = {members.owner: server_id, members.target: target}
                yield Claim(said, members.table, match, frozenset({op}))

    def _targets(self, side: Any, *, with_former: bool) -> list[str]:
        """Ids of what a member names; what is taken off may be replaced in the same run: under its old id."""
        if not side:
            return []
        former = self._where.marked(str(side)) if with_former and "/" in str(side) else []
        return sorted({self._where.of(str(side)), *former} - {""})

    def _expected(self, change: Mapping[str, Any]) -> Iterator[Expected]:
        said, action = _said(change), change["action"]
        kind = self._where.fields.kinds[kind_of(change["address"])]
        if action in ("delete", "replace") and change.get("id"):
            yield Expected(said, kind.table, {"id": change["id"]}, is_there=False)
        for operation in change.get("operations", ()):
            if operation["op"] == "erase":
                yield Expected(said, _ERASED[operation["kind"]], {"id": operation["id"]}, is_there=False)
        is_only_forgotten = action == "forget" and not change.get("operations")  # the record alone is written
        if action == "delete" or is_only_forgotten:
            return
        is_new = action in ("create", "replace")
        server_id = self._where.made(change["address"]) if is_new else change.get("id", "")
        if not server_id and not is_new:
            return
        holds: dict[str, Any] = {}
        for field in _written(change):
            name, item = _parsed(field["path"])
            wanted = field.get("merged", field.get("desired"))
            if name in kind.members:
                yield from self._expected_member(kind.members[name], field, item, server_id, said)
            elif name in kind.columns and kind.columns[name].holder(item) and wanted is not None:
                is_target = name == "manager_agent"
                holds[kind.columns[name].holder(item)] = self._where.of(wanted) if is_target else wanted
        yield Expected(
            said, kind.table, {"id": server_id or f"(nothing bears the mark of {said})"}, holds=holds
        )

    def _expected_member(
        self, members: Members, field: Mapping[str, Any], item: str, server_id: str, said: str
    ) -> Iterator[Expected]:
        wanted, said = field.get("desired"), f"{said} ({field['path']})"
        if members.item:
            match = {members.owner: server_id, members.item: item}
            yield Expected(said, members.table, match, is_there=wanted is not None)
            return
        target = self._where.of(str(wanted if wanted is not None else field.get("live") or ""))
        match = {members.owner: server_id, members.target: target}
        yield Expected(said, members.table, match, is_there=wanted is not None)


def _of_users(change: Mapping[str, Any], new: str, said: str) -> Iterator[Claim]:
    """Agents outside the plan that get what takes the place of a source."""
    for user in map(_ID.findall, change.get("used_by", ())):
        match = {"agent_id": user[-1], "source_id": new}
        yield Claim(f"{said} (used by {user[-1]})", "sources_agents", match, frozenset({ADDED}))


def _updated(change: Mapping[str, Any]) -> Iterator[str]:
    """What the writes of a change name by id: of an address with copies, `state forget` unmarks each."""
    yield from (operation["id"] for operation in change.get("operations", ()) if operation["op"] == "update")


def _is_mark(row: Row) -> bool:
    return is_mark_tag(str(row["tag"]))


def _said(change: Mapping[str, Any]) -> str:
    return f"{change['action']} {change['address']}"


def _written(change: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Fields that are written; a replacement says which of them moved, and makes all that is declared."""
    fields = [field for field in change.get("fields", ()) if field["effect"] in _WRITTEN]
    if change["action"] != "replace":
        return fields
    named = {field["path"] for field in fields}
    leaves = (o["leaves"] for o in change.get("operations", ()) if o["op"] == "create")
    made = {path: leaf for each in leaves for path, leaf in each.items() if path not in named}
    return fields + [{"path": path, "desired": leaf} for path, leaf in made.items()]


def _parsed(path: str) -> tuple[str, str]:
    """Field and member or key of a path: `tags[red]`, `metadata.team`."""
    for index, character in enumerate(path):
        if character == "[":
            return path[:index], path[index + 1 : -1]
        if character == ".":
            return path[:index], path[index + 1 :]
    return path, ""
