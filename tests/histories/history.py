"""One history: manifests to begin with, and steps. Written as YAML, which a person reads without Python.

In: plain data. Out: the same; what the manifests are after some of the steps. Pure.

    manifests:
      constellation: {…}    as in a Constellation document, without its kind
      shared: {…}           as in a Shared document
      users: [ada]
      files: {notes/a.md: text}
    steps:
    - apply: {by: ci}
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Step = dict[str, Any]
"""One word, and what it needs."""
Manifests = dict[str, Any]

_SECTIONS = {"agent": "agents", "block": "blocks", "source": "sources", "group": "groups"}


@dataclass(frozen=True)
class History:
    """What is played."""

    about: str
    manifests: Manifests
    steps: tuple[Step, ...]
    known: str = ""
    """Why the product is known to fail this; empty when it must not."""

    def text(self) -> str:
        """As YAML."""
        known = {"known": self.known} if self.known else {}
        document = {"about": self.about, **known, "manifests": self.manifests, "steps": list(self.steps)}
        text: str = yaml.dump(document, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)
        return text


def read(path: Path) -> History:
    """A case file."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return History(
        document["about"], document["manifests"], tuple(document["steps"]), document.get("known", "")
    )


class _Plain(yaml.SafeDumper):
    """Writes no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        """Every value is written out."""
        del data
        return True


def documents(manifests: Manifests) -> list[dict[str, Any]]:
    """As the project has them."""
    users = [{"id": each} for each in manifests["users"]]
    found = [
        {"kind": "Project", "name": "demo"},
        {"kind": "Constellation", **manifests["constellation"]},
        {"kind": "Users", "constellation": manifests["constellation"]["name"], "users": users},
    ]
    return [*found, {"kind": "Shared", **manifests["shared"]}] if manifests.get("shared") else found


def edited(manifests: Manifests, step: Step) -> Manifests:
    """The manifests after a step; the same where it edits none, or what it edits is not there."""
    ((word, told),) = step.items()
    edit = _EDITS.get(word)
    if edit is None:
        return manifests
    made = copy.deepcopy(manifests)
    try:
        edit(made, told)
    except (KeyError, ValueError):
        return manifests
    return made


@dataclass(frozen=True)
class _At:
    """A place in the manifests."""

    parent: Any
    key: str
    path: str = field(default="")


def _place(manifests: Manifests, path: str) -> _At:
    """`agents/lead/system`, `shared/blocks/house/value`; KeyError when the way there is not there."""
    parts = path.split("/")
    node = manifests["shared"] if parts[0] == "shared" else manifests["constellation"]
    parts = parts[1:] if parts[0] == "shared" else parts
    for part in parts[:-1]:
        node = node[part]
    return _At(node, parts[-1], path)


def _set(manifests: Manifests, told: dict[str, Any]) -> None:
    at = _place(manifests, told["at"])
    at.parent[at.key] = copy.deepcopy(told["to"])


def _drop(manifests: Manifests, told: dict[str, Any]) -> None:
    at = _place(manifests, told["at"])
    ends = {each["to"].partition("/")[2] for each in manifests["constellation"].get("moved", ())}
    if at.key in ends:
        raise ValueError("a move ends there: its line would have to go first")
    del at.parent[at.key]
    _forget_references(manifests, told["at"].split("/"))


def _absent(manifests: Manifests, told: dict[str, Any]) -> None:
    """What is declared must not exist any more, and nobody names it."""
    at = _place(manifests, told["at"])
    members = {key: each for key, each in at.parent[at.key].items() if key == "agents"}
    _drop(manifests, told)
    at.parent[at.key] = {"ownership": "absent", **members}


def _environ(manifests: Manifests, told: dict[str, Any]) -> None:
    manifests["pin"] = told["pin"]


def _forget_references(manifests: Manifests, parts: list[str]) -> None:
    """Nobody names what is declared no more."""
    if len(parts) > 3 or (len(parts) == 3 and parts[0] != "shared"):
        return
    name = "/".join(parts[:1] + parts[-1:]) if parts[0] == "shared" else parts[-1]
    kind = parts[-2]
    template = manifests["constellation"]
    for agent in template["agents"].values():
        for key in {"blocks": ("shared_blocks",), "sources": ("sources",), "tools": ("tools",)}.get(kind, ()):
            if name in agent.get(key, ()):
                agent[key].remove(name)
    groups = template.get("groups", {})
    for group_name, group in list(groups.items()):
        if kind == "blocks" and name in group.get("shared_blocks", ()):
            group["shared_blocks"].remove(name)
        if kind == "agents" and "agents" in group:
            group["agents"] = [each for each in group["agents"] if each != name]
            if not group["agents"] or group.get("manager", {}).get("agent") == name:
                del groups[group_name]
    if kind == "agents" and not template["agents"]:
        raise ValueError("a constellation has an agent")


def _file(manifests: Manifests, told: dict[str, Any]) -> None:
    if told.get("text") is None:
        del manifests["files"][told["name"]]
    else:
        manifests["files"][told["name"]] = told["text"]
    if not any(name.startswith("notes/") for name in manifests["files"]):
        raise ValueError("a glob that matches nothing is an error")


def _join(manifests: Manifests, user: str) -> None:
    moved = {each["from"] for each in manifests["constellation"].get("moved", ())}
    if user in manifests["users"] or f"user/{user}" in moved:
        raise ValueError(user)
    manifests["users"].append(user)


def _leave(manifests: Manifests, user: str) -> None:
    if {"to": f"user/{user}"}.items() <= {
        pair for each in manifests["constellation"].get("moved", ()) for pair in each.items()
    }:
        raise ValueError("a move ends there: its line would have to go first")
    manifests["users"].remove(user)


def _move(manifests: Manifests, told: dict[str, Any]) -> None:
    """The new name everywhere, and the line that says so."""
    kind, _, old = told["from"].partition("/")
    new = told["to"].partition("/")[2]
    template = manifests["constellation"]
    if kind == "user":
        manifests["users"][manifests["users"].index(old)] = new
    else:
        section = template[_SECTIONS[kind]]
        if old not in section or new in section:
            raise KeyError(old)
        items = [(new if name == old else name, each) for name, each in section.items()]
        section.clear()
        section.update(items)
        _rename_references(template, kind, old, new)
    template.setdefault("moved", []).append(dict(told))


def _rename_references(template: Manifests, kind: str, old: str, new: str) -> None:
    def renamed(names: list[str]) -> list[str]:
        return [new if name == old else name for name in names]

    keys = {"block": ("shared_blocks",), "source": ("sources",)}.get(kind, ())
    for part in (*template["agents"].values(), *template.get("groups", {}).values()):
        part.update({key: renamed(part[key]) for key in keys if key in part})
    groups = [each for each in template.get("groups", {}).values() if "agents" in each]
    for group in groups if kind == "agent" else ():
        group["agents"] = renamed(group["agents"])
        if group.get("manager", {}).get("agent") == old:
            group["manager"]["agent"] = new


def _tidy(manifests: Manifests, told: Any) -> None:
    """Somebody takes out the lines of moves that are done."""
    del told
    del manifests["constellation"]["moved"]


_EDITS = {
    "set": _set,
    "drop": _drop,
    "absent": _absent,
    "environ": _environ,
    "file": _file,
    "join": _join,
    "leave": _leave,
    "move": _move,
    "tidy": _tidy,
}
EDITS = frozenset(_EDITS)
"""Words of steps that edit the manifests."""
