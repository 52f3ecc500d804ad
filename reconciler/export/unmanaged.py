"""Agents nobody manages, with what hangs on them, as manifests.

In: everything on a server and the agents to take. Out: sets. They become shared resources, which exist once,
as they do now. Only where two blocks of one label would meet there (an app with a `human` block for each of
its users), agents that belong together become a constellation of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.export.connected import components
from reconciler.export.documents import Part
from reconciler.export.naming import Names, is_identifier
from reconciler.export.resource_documents import (
    Bench,
    agent_body,
    block_body,
    group_body,
    source_body,
    tool_body,
)
from reconciler.kinds import KINDS, is_default
from reconciler.manifest.names import SERVER_NAME
from reconciler.values import Address, LiveResource, Owner, field_of, item_of

ONLY_USER = "1"
"""The user of a constellation that was made for one set of agents."""


@dataclass(slots=True)
class Unmarked:
    """Sets in the making; `constellations` are those that could not be shared."""

    resources: Mapping[str, LiveResource]
    bench: Bench
    shared: Part
    constellations: dict[str, Part] = field(default_factory=dict)
    _names: Names = field(default_factory=Names)
    _once: dict[str, str] = field(default_factory=dict)
    """Name in the shared set by server id, for tools and sources."""

    def add(self, agents: Iterable[str]) -> None:
        """Export these agents, the groups they make up, and all that hangs on them."""
        chosen = {each for each in agents if self._is_usable(self.resources[each])}
        users = self._users_of_blocks()
        groups = [each for each in self.resources.values() if each.kind == "group" and each.marker is None]
        groups = [each for each in groups if set(_members(each)) <= chosen]
        links = [
            *(sorted(users[block] & chosen) for block in users),
            *(list(_members(each)) for each in groups),
        ]
        self._warn_of_namesakes(chosen)
        found = [sorted(each, key=self._by_name) for each in components(chosen, links)]
        for together in sorted(found, key=lambda ids: [self._by_name(each) for each in ids]):
            shared_labels = self._labels(together, users)
            if any(self.shared.has("block", label) for label in shared_labels):
                name = self._names.give(self.resources[together[0]].server_name, "set")
                part = self.constellations[name] = Part()
                owner = Owner(name, ONLY_USER)
            else:
                part, owner = self.shared, Owner()
            _Set(self, part, owner, users, together).fill(groups)

    def add_loose(self, ids: Iterable[str]) -> None:
        """Sources and tools that hang on nothing."""
        for server_id in ids:
            live = self.resources[server_id]
            if live.kind == "tool":
                self.tool(live)
            elif live.kind == "source":
                self.source(live)

    def tool(self, live: LiveResource) -> str:
        """The name agents use for a tool."""
        if live.id not in self._once:
            self._once[live.id] = live.server_name
            body = tool_body(live, _said(live), self.bench) if is_identifier(live.server_name) else None
            if body is not None:
                self.shared.put("tool", live.server_name, body)
        return live.server_name

    def source(self, live: LiveResource) -> str:
        """The name of a source in the shared set; empty when it cannot be declared."""
        if live.id not in self._once:
            self._once[live.id] = ""
            if "embedding" not in live.leaves or not SERVER_NAME.fullmatch(live.server_name):
                self.bench.warn(live, "it is left out", "manifests need a plain name and an embedding model")
            else:
                name = self._once[live.id] = self.shared.give("source", live.server_name)
                called = {"name": live.server_name} if name != live.server_name else {}
                body = source_body(live, _said(live), self.bench, name)
                self.shared.put("source", name, {**called, **body})
        return self._once[live.id]

    def _by_name(self, server_id: str) -> tuple[str, str]:
        return self.resources[server_id].server_name, server_id

    def _warn_of_namesakes(self, agents: Collection[str]) -> None:
        counts = Counter(self.resources[each].server_name for each in agents)
        for server_id in sorted(agents, key=self._by_name):
            live = self.resources[server_id]
            if counts[live.server_name] > 1:
                hint = "adopt these by their ids"
                self.bench.warn(live, f"{counts[live.server_name]} agents have this name", live.id, hint)

    def _is_usable(self, live: LiveResource) -> bool:
        if "model" not in live.leaves or not SERVER_NAME.fullmatch(live.server_name):
            self.bench.warn(live, "it is left out", "manifests need a plain name and a model handle")
            return False
        if "tags[git-memory-enabled]" in live.leaves:
            self.bench.warn(live, "it is left out", "the server renames the memory blocks of such agents")
            return False
        return True

    def _users_of_blocks(self) -> dict[str, set[str]]:
        users: dict[str, set[str]] = {}
        for agent in self.resources.values():
            for path, leaf in agent.leaves.items() if agent.kind == "agent" else ():
                if field_of(path) == "blocks":
                    users.setdefault(str(leaf), set()).add(agent.id)
        return {block: agents for block, agents in sorted(users.items()) if len(agents) > 1}

    def _labels(self, agents: Collection[str], users: Mapping[str, set[str]]) -> set[str]:
        shared = (each for each, using in users.items() if using & set(agents) and each in self.resources)
        return {self.resources[each].server_name for each in shared}


@dataclass(slots=True)
class _Set:
    """Agents that belong together, and the part they are put into."""

    all: Unmarked
    part: Part
    owner: Owner
    users: Mapping[str, set[str]]
    members: Collection[str]
    _keys: dict[str, str] = field(default_factory=dict)
    _blocks: dict[str, str] = field(default_factory=dict)
    """Server id of the block that has a label in this set."""

    def fill(self, groups: Iterable[LiveResource]) -> None:
        for server_id in self.members:
            live = self.all.resources[server_id]
            self._keys[server_id] = self.part.give("agent", live.server_name)
        for server_id, key in self._keys.items():
            self.part.put("agent", key, self._agent(self.all.resources[server_id], key))
        for group in groups:
            if set(_members(group)) <= set(self.members):
                self._group(group)

    def _group(self, live: LiveResource) -> None:
        if not _members(live) or live.leaves.get("agents") == {}:
            return
        order = live.leaves.get("order")
        if not order:
            self.all.bench.warn(live, "it is left out", "it has no members")
            return
        wanted = "-".join(self._keys[each] for each in dict.fromkeys(_members(live)))[:40]
        name = self.part.give("group", wanted)
        self.part.put("group", name, group_body(live, _said(live), lambda each: self._keys[each]))

    def _agent(self, live: LiveResource, key: str) -> dict[str, object]:
        is_default_name = self.owner.is_shared and key == live.server_name
        body: dict[str, object] = {} if is_default_name else {"name": live.server_name}
        body |= agent_body(live, _said(live), self.all.bench, key)
        edges = {
            "memory_blocks": self._private(live, key),
            "shared_blocks": list(self._shared_blocks(live)),
            "sources": list(self._sources(live)),
            "tools": list(self._tools(live)),
        }
        return {**body, **{name: value for name, value in edges.items() if value}}

    def _edges(self, live: LiveResource, kind: str) -> Iterator[tuple[str, str]]:
        """Item and server id; what belongs to a project is not exported as if it did not."""
        for path, leaf in sorted(live.leaves.items()):
            if field_of(path) == kind:
                if kind != "tools" and _is_address(str(leaf)):
                    self.all.bench.warn(live, f"{path} is left out", f"it is {leaf} of this project")
                else:
                    yield item_of(path), str(leaf)

    def _private(self, live: LiveResource, key: str) -> dict[str, object]:
        found: dict[str, object] = {}
        for label, block_id in self._edges(live, "blocks"):
            block = self.all.resources.get(block_id)
            if block is None or block_id in self.users:
                continue
            if not is_identifier(label):
                self.all.bench.warn(live, f"block {label!r} is left out", "its label cannot be a name")
                continue
            found[label] = block_body(block, _said(block), self.all.bench, f"{key}-{label}")
        return found

    def _shared_blocks(self, live: LiveResource) -> Iterator[str]:
        for label, block_id in self._edges(live, "blocks"):
            block = self.all.resources.get(block_id)
            if block is None or block_id not in self.users:
                continue
            if not is_identifier(label) or self._blocks.setdefault(label, block_id) != block_id:
                why = "its label cannot be a name, or another shared block here has it"
                self.all.bench.warn(live, f"block {label!r} ({block_id}) is left out", why)
                continue
            if not self.part.has("block", label):
                self.part.put("block", label, block_body(block, _said(block), self.all.bench, label))
            yield label

    def _sources(self, live: LiveResource) -> Iterator[str]:
        prefix = "" if self.owner.is_shared else "shared/"
        for _, source_id in self._edges(live, "sources"):
            name = self.all.source(self.all.resources[source_id]) if source_id in self.all.resources else ""
            if name:
                yield f"{prefix}{name}"

    def _tools(self, live: LiveResource) -> Iterator[str]:
        custom = {each.server_name: each for each in self.all.resources.values() if each.kind == "tool"}
        for name, _ in self._edges(live, "tools"):
            yield self.all.tool(custom[name]) if name in custom else name


def _is_address(leaf: str) -> bool:
    try:
        Address.parse(leaf)
    except ValueError:
        return False
    return True


def _members(group: LiveResource) -> list[str]:
    """Members and manager."""
    named = Counter(
        str(leaf) for path, leaf in group.leaves.items() if field_of(path) in ("agents", "manager_agent")
    )
    return sorted(named)


def _said(live: LiveResource) -> list[str]:
    """Every path whose value somebody chose."""
    return [path for path in live.leaves if not is_default(KINDS[live.kind], path, live.leaves)]
