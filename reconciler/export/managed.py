"""What a project has on the server, as the manifests it could have come from.

In: its live resources by address. Out: a part for each set, with one body for each user's resource. Exported
is what was applied, with the values it has now: an apply of the result has nothing to do. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.export.documents import Part
from reconciler.export.naming import is_identifier
from reconciler.export.resource_documents import (
    Bench,
    agent_body,
    block_body,
    group_body,
    source_body,
    tool_body,
)
from reconciler.kinds import IMPLIED_SOURCE_TOOLS, KINDS, is_default
from reconciler.manifest.names import server_name, user_slug
from reconciler.values import Address, LiveResource, Owner, field_of, is_blank, item_of, item_path

_ALWAYS = frozenset(("name", "model", "embedding", "manager_type", "manager_agent", "source_code"))


@dataclass(frozen=True, slots=True)
class Marked:
    """Bodies of what is ours, set by set."""

    resources: Mapping[Address, LiveResource]
    bench: Bench

    def parts(self) -> dict[Owner, Part]:
        """One part for each owner; private blocks stand in their agents."""
        found: dict[Owner, Part] = {}
        for address, live in sorted(self.resources.items()):
            if address.agent or not is_identifier(address.name):
                continue  # a private block, or a record of our own
            self.bench.texts.whose = "" if address.owner.is_shared else user_slug(address.owner.user)
            body = self._body(address, live)
            if body is not None:
                found.setdefault(address.owner, Part()).put(address.kind, address.name, body)
        self.bench.texts.whose = ""
        return found

    def _body(self, address: Address, live: LiveResource) -> dict[str, Any] | None:
        paths, file = _applied(live), _file_name(address)
        match address.kind:
            case "agent":
                return {**_called(address, live), **self._agent(address, live, paths)}
            case "block":
                return block_body(live, paths, self.bench, file)
            case "source":
                return {**_called(address, live), **source_body(live, paths, self.bench, file)}
            case "tool":
                return tool_body(live, paths, self.bench)
            case _:
                return group_body(live, paths, lambda target: _reference(target, address.owner))

    def _agent(self, address: Address, live: LiveResource, paths: Collection[str]) -> dict[str, Any]:
        own = [path for path in paths if not self._is_implied(path, live)]
        body = agent_body(live, own, self.bench, _file_name(address))
        edges: dict[str, Any] = {
            "memory_blocks": {
                block.name: self._private(address, block)
                for block in self._targets(live, paths, "blocks")
                if block.agent == address.name and block.owner == address.owner
            },
            "shared_blocks": [
                _reference(str(block), address.owner)
                for block in self._targets(live, paths, "blocks")
                if not block.agent
            ],
            "sources": [
                _reference(str(source), address.owner) for source in self._targets(live, paths, "sources")
            ],
            "tools": list(_tools(live, paths)),
        }
        return {**body, **{key: value for key, value in edges.items() if value}}

    def _is_implied(self, path: str, agent: LiveResource) -> bool:
        """Whether a plan expects this by itself: the gate of a tool that asks for approval by default, of an
        agent without rules of its own."""
        has_rules = agent.marker is not None and "tool_rules" in agent.marker.base
        if field_of(path) != "approvals" or has_rules:
            return False
        target = _parsed(str(agent.leaves.get(item_path("tools", item_of(path)))))
        tool = self.resources.get(target) if target is not None else None
        return tool is not None and tool.leaves.get("default_requires_approval") is True

    def _private(self, agent: Address, block: Address) -> dict[str, Any]:
        live = self.resources[block]
        return block_body(live, _applied(live), self.bench, f"{_file_name(agent)}-{block.name}")

    def _targets(self, live: LiveResource, paths: Collection[str], field: str) -> Iterator[Address]:
        """What of ours hangs on an agent; the rest was attached at run time and stays so."""
        for path in sorted(paths):
            if field_of(path) == field and path in live.leaves:
                target = _parsed(str(live.leaves[path]))
                if target is not None and target in self.resources:
                    yield target


def _applied(live: LiveResource) -> list[str]:
    """What was last applied, as far as it is there; without any, everything somebody chose."""
    base = live.marker.base if live.marker else {}
    if not base:
        return [path for path in live.leaves if not is_default(KINDS[live.kind], path, live.leaves)]
    fields = KINDS[live.kind].by_name
    blank = (
        path
        for path in base
        if path in live.leaves and is_blank(live.leaves[path]) and not fields[field_of(path)].is_free
    )
    return sorted(({*base} | _ALWAYS) & live.leaves.keys() - set(blank))


def _called(address: Address, live: LiveResource) -> dict[str, Any]:
    owner = address.owner
    expected = address.name if owner.is_shared else server_name(owner.constellation, owner.user, address.name)
    return {"name": live.server_name} if live.server_name != expected else {}


def _tools(live: LiveResource, paths: Collection[str]) -> Iterator[str]:
    with_source = any(field_of(path) == "sources" for path in live.leaves)
    for path in sorted(paths):
        if with_source and item_of(path) in IMPLIED_SOURCE_TOOLS:
            continue
        if field_of(path) == "tools" and path in live.leaves:
            target = _parsed(str(live.leaves[path]))
            yield f"shared/{target.name}" if target else item_of(path)


def _reference(target: str, owner: Owner) -> str:
    """What a manifest of this owner calls a resource."""
    address = _parsed(target)
    if address is None:
        return target
    return address.name if address.owner == owner else f"shared/{address.name}"


def _parsed(text: str) -> Address | None:
    try:
        return Address.parse(text)
    except ValueError:
        return None


def _file_name(address: Address) -> str:
    """Files of all users of a template share a name; equal texts then share a file."""
    return address.name
