"""Everything on a server, ours or not, and how it would be read once more of it were ours.

In: the rows of all lists. Out: resources, and the same survey as if some of them carried a marker. Pure:
nothing is sent, so what a later plan will see can be known before anything is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from reconciler.remote.decode import (
    decode,
    decode_agent,
    decode_group,
    decode_source,
    file_name,
)
from reconciler.remote.http.pages import Rows
from reconciler.remote.marks.applied_values import Bases
from reconciler.remote.marks.foreign_marks import foreign_owner, unmarked
from reconciler.remote.marks.markers import project_tag
from reconciler.remote.read.assemble import Lists, assemble
from reconciler.remote.read.marked_rows import as_marked
from reconciler.remote.read.scope import Part
from reconciler.values import Address, Desired, Live, LiveResource, Marker, Owner, SetRecord


@dataclass(frozen=True)
class Survey:
    """One look at all of a server, by one project."""

    lists: Lists
    project: str
    told: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What counts as last applied to those that are to be marked, by server id."""

    @cached_property
    def resources(self) -> Mapping[str, LiveResource]:
        """Everything that could be declared, by server id; edges to ours are addresses, others ids."""
        lists = self.lists
        simple = [
            *(decode("tool", row, self.project) for row in lists.tools if row.get("tool_type") == "custom"),
            *(decode("block", row, self.project) for row in lists.blocks),
            *(decode_source(row, self.project, lists.files.get(row["id"], ())) for row in lists.folders),
        ]
        addresses = _addresses(simple)
        agents = [decode_agent(row, self.project, addresses) for row in lists.agents]
        addresses |= _addresses(agents)
        groups = [decode_group(row, self.project, addresses) for row in lists.groups]
        return {each.id: self._bases.of(each) for each in (*simple, *agents, *groups)}

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """Who else says to own a resource, by server id."""
        lists = self.lists
        rows = (*lists.tools, *lists.blocks, *lists.folders, *lists.agents, *lists.groups)
        found = {row["id"]: foreign_owner(row, self.project) for row in rows}
        return {server_id: owner for server_id, owner in found.items() if owner}

    @cached_property
    def records(self) -> Mapping[Owner, SetRecord]:
        """What is remembered of each set of the project."""
        return self.lists.records.records

    @property
    def _bases(self) -> Bases:
        return Bases(self.records, self.told)

    @cached_property
    def tool_names(self) -> frozenset[str]:
        """Every tool the server knows, built in or not."""
        return frozenset(str(row.get("name")) for row in self.lists.tools)

    def live(self, desired: Desired) -> Live:
        """What a plan of this project would see."""
        names = {resource.server_name for resource in desired if resource.address.kind == "source"}
        live = assemble(self.lists, self.project, Part((project_tag(self.project),)), names)
        found = self.lists.records
        return replace(self._bases.in_live(live), records=found.records, unreadable=found.unreadable)

    def without_copies(self) -> Survey:
        """The same server if what bears the mark of a resource of another id bore none: copies and forks."""
        known = {
            address: each.id for record in self.records.values() for address, each in record.known.items()
        }
        copies = {
            each.id
            for each in self.resources.values()
            if each.marker is not None and known.get(each.marker.address, each.id) != each.id
        }

        def bare(rows: Rows) -> Rows:
            return [unmarked(row) if row["id"] in copies else row for row in rows]

        rows = {kind: bare(rows) for kind, rows in self.lists.by_kind.items()}
        return Survey(self.lists.with_rows(rows), self.project, self.told) if copies else self

    def marked(self, markers: Mapping[str, Marker]) -> Survey:
        """The same server if these ids carried these markers, and nobody else's."""
        lists = self.lists
        return Survey(
            replace(
                lists,
                agents=_with("agent", lists.agents, markers),
                blocks=_with("block", lists.blocks, markers),
                groups=_with("group", lists.groups, markers),
                folders=_with("source", lists.folders, markers),
                tools=_with("tool", lists.tools, markers),
            ),
            self.project,
            {**self.told, **{server_id: marker.base for server_id, marker in markers.items()}},
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


def _with(kind: str, rows: Rows, markers: Mapping[str, Marker]) -> Rows:
    return [as_marked(kind, row, markers[row["id"]]) if row["id"] in markers else row for row in rows]
