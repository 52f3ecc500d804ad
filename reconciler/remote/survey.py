"""Everything on a server, ours or not, and how it would be read once more of it were ours.

In: the rows of all lists. Out: resources, and the same survey as if some of them carried a marker. Pure:
nothing is sent, so what a later plan will see can be known before anything is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from reconciler.remote.assemble import Lists, assemble
from reconciler.remote.decode import (
    decode_agent,
    decode_block,
    decode_group,
    decode_source,
    decode_tool,
    file_name,
)
from reconciler.remote.decode.common import Row
from reconciler.remote.foreign import foreign_owner, unmarked
from reconciler.remote.markers import (
    KEY,
    agent_tags,
    block_tags,
    describe,
    metadata_entry,
    project_tag,
    tool_tags,
)
from reconciler.remote.pages import Rows
from reconciler.remote.part import Part
from reconciler.values import Address, Desired, Live, LiveResource, Marker


@dataclass(frozen=True)
class Survey:
    """One look at all of a server, by one project."""

    lists: Lists
    project: str

    @cached_property
    def resources(self) -> Mapping[str, LiveResource]:
        """Everything that could be declared, by server id; edges to ours are addresses, others ids."""
        lists = self.lists
        simple = [
            *(decode_tool(row, self.project) for row in lists.tools if row.get("tool_type") == "custom"),
            *(decode_block(row, self.project) for row in lists.blocks),
            *(decode_source(row, self.project, lists.files.get(row["id"], ())) for row in lists.folders),
        ]
        addresses = _addresses(simple)
        agents = [decode_agent(row, self.project, addresses) for row in lists.agents]
        addresses |= _addresses(agents)
        groups = [decode_group(row, self.project, addresses) for row in lists.groups]
        return {resource.id: resource for resource in (*simple, *agents, *groups)}

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """Who else says to own a resource, by server id."""
        lists = self.lists
        rows = (*lists.tools, *lists.blocks, *lists.folders, *lists.agents, *lists.groups)
        found = {row["id"]: foreign_owner(row, self.project) for row in rows}
        return {server_id: owner for server_id, owner in found.items() if owner}

    @cached_property
    def tool_names(self) -> frozenset[str]:
        """Every tool the server knows, built in or not."""
        return frozenset(str(row.get("name")) for row in self.lists.tools)

    def live(self, desired: Desired) -> Live:
        """What a plan of this project would see."""
        names = {resource.server_name for resource in desired if resource.address.kind == "source"}
        return assemble(self.lists, self.project, Part((project_tag(self.project),)), names)

    def marked(self, markers: Mapping[str, Marker]) -> Survey:
        """The same server if these ids carried these markers, and nobody else's."""
        lists = self.lists
        return Survey(
            replace(
                lists,
                agents=_with(lists.agents, markers, _agent),
                blocks=_with(lists.blocks, markers, _block),
                groups=_with(lists.groups, markers, _group),
                folders=_with(lists.folders, markers, _folder),
                tools=_with(lists.tools, markers, _tool),
            ),
            self.project,
        )

    def file_text(self, source: str, name: str) -> str | None:
        """The content of a file that is text; None when the server has only what it took out of it."""
        for row in self.lists.files.get(source, ()):
            content = row.get("content")
            is_whole = isinstance(content, str) and len(content.encode("utf-8", "surrogatepass")) == row.get(
                "file_size"
            )
            if file_name(row) == name and is_whole:
                return str(content)
        return None


def _addresses(resources: list[LiveResource] | list[Any]) -> dict[str, Address]:
    return {each.id: each.marker.address for each in resources if each.marker}


def _with(rows: Rows, markers: Mapping[str, Marker], mark: Any) -> Rows:
    return [mark(unmarked(row), markers[row["id"]]) if row["id"] in markers else row for row in rows]


def _agent(row: Row, marker: Marker) -> dict[str, Any]:
    metadata = {**(row.get("metadata") or {}), KEY: metadata_entry(marker)}
    return {**row, "tags": [*(row.get("tags") or ()), *agent_tags(marker)], "metadata": metadata}


def _block(row: Row, marker: Marker) -> dict[str, Any]:
    return {**row, "tags": [*(row.get("tags") or ()), *block_tags(marker)]}


def _tool(row: Row, marker: Marker) -> dict[str, Any]:
    return {**row, "tags": [*(row.get("tags") or ()), *tool_tags(marker)]}


def _folder(row: Row, marker: Marker) -> dict[str, Any]:
    return {**row, "metadata": {**(row.get("metadata") or {}), KEY: metadata_entry(marker)}}


def _group(row: Row, marker: Marker) -> dict[str, Any]:
    return {**row, "description": describe(str(row.get("description") or ""), marker)}
