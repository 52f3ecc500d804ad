"""Puts the rows of all lists together into what the server has.

In: raw rows. Out: Live. Pure. Whatever carries our marker is ours, by address; of two with one marker
neither is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from reconciler.remote.decode import (
    agent_marker,
    decode,
    decode_agent,
    decode_group,
    decode_source,
    touches,
)
from reconciler.remote.http.pages import Rows
from reconciler.remote.http.rows import rows as rows_of
from reconciler.remote.http.rows import texts
from reconciler.remote.marks.markers import tag_projects
from reconciler.remote.marks.record_blocks import Records
from reconciler.remote.read.scope import Part
from reconciler.values import Address, Live, LiveResource


@dataclass(frozen=True)
class Lists:
    """Everything that was fetched; `files` by folder id."""

    version: str
    agents: Rows
    blocks: Rows
    groups: Rows
    folders: Rows
    tools: Rows
    files: Mapping[str, Rows] = field(default_factory=dict)
    records: Records = field(default_factory=Records)
    """Those of each set; the blocks that hold them are not among `blocks`."""
    marked: Rows = field(default_factory=list)
    """Blocks with a mark of any project; only read where blocks that are not ours hang on our agents."""
    of_others: Rows = field(default_factory=list)
    """Agents of other projects that were listed along with ours."""

    @property
    def by_kind(self) -> dict[str, Rows]:
        """Rows of resources, by kind."""
        return {
            "agent": self.agents,
            "block": self.blocks,
            "group": self.groups,
            "source": self.folders,
            "tool": self.tools,
        }

    def with_rows(self, rows: Mapping[str, Rows]) -> Lists:
        """The same with these rows of every kind."""
        return replace(
            self,
            agents=rows["agent"],
            blocks=rows["block"],
            groups=rows["group"],
            folders=rows["source"],
            tools=rows["tool"],
        )


NO_NAMES: Mapping[str, Address] = MappingProxyType({})


def assemble(
    lists: Lists,
    project: str,
    part: Part,
    folder_names: Iterable[str] = (),
    called: Mapping[str, Address] = NO_NAMES,
) -> Live:
    """`folder_names` are those the manifests want; a stranger's folder of such a name is reported. What is
    `called` by an address, though it bears no mark of ours, hangs on agents and in groups under that."""
    blocks = [decode("block", row, project) for row in lists.blocks]
    tools = [decode("tool", row, project) for row in lists.tools]
    sources = [decode_source(row, project, lists.files.get(row["id"], ())) for row in lists.folders]
    addresses = _addresses([*blocks, *tools, *sources], part) | dict(called)
    agents = [decode_agent(row, project, addresses) for row in lists.agents]
    addresses |= _addresses(agents, part)
    groups = [decode_group(row, project, addresses) for row in lists.groups]
    ours: dict[Address, list[LiveResource]] = {}
    for resource in (*tools, *blocks, *sources, *agents, *groups):
        if resource.marker is not None and part.covers(resource.marker.address):
            ours.setdefault(resource.marker.address, []).append(resource)
    agent_ids = {r.id for found in ours.values() for r in found if r.kind == "agent"}
    names = frozenset(folder_names)
    return Live(
        resources={address: found[0] for address, found in ours.items() if len(found) == 1},
        duplicates={address: tuple(found) for address, found in ours.items() if len(found) > 1},
        unmanaged=(
            *(tool for tool in tools if tool.marker is None),
            *(source for source in sources if source.marker is None and source.server_name in names),
            *_strange_groups(lists.groups, groups, agent_ids),
            *_with_projects(
                _strange_blocks(
                    lists.agents, agent_ids, {block.id for block in blocks if block.marker}, project
                ),
                lists.marked,
                project,
            ),
        ),
        version=lists.version,
    )


def addresses_of(agents: Rows, project: str) -> dict[str, Address]:
    """Our agents by server id."""
    markers = {row["id"]: agent_marker(row, project) for row in agents}
    return {agent_id: marker.address for agent_id, marker in markers.items() if marker}


def _addresses(resources: Iterable[LiveResource], part: Part) -> dict[str, Address]:
    """What lies outside the part goes by its server id: nothing else of it is known to the plan."""
    return {
        resource.id: resource.marker.address
        for resource in resources
        if resource.marker and part.covers(resource.marker.address)
    }


def _strange_groups(rows: Rows, groups: list[LiveResource], agent_ids: set[str]) -> Iterator[LiveResource]:
    for row, group in zip(rows, groups, strict=True):
        if group.marker is None and touches(row) & agent_ids:
            yield group


def strange_blocks_on(agents: Rows, blocks: Rows, project: str) -> set[str]:
    """Ids of blocks that hang on these agents and are none of these blocks."""
    ours = {row["id"] for row in blocks}
    return {each.id for each in _strange_blocks(agents, {row["id"] for row in agents}, ours, project)}


def _with_projects(blocks: Iterable[LiveResource], marked: Rows, project: str) -> Iterator[LiveResource]:
    """A list of agents shows no tags of blocks, and these tell whose they are."""
    tags = {row["id"]: texts(row, "tags", "block") for row in marked}
    for block in blocks:
        others = sorted(set(tag_projects(tags.get(block.id, ()))) - {project})
        yield replace(block, bears=others[0]) if others else block


def _strange_blocks(
    agents: Rows, agent_ids: set[str], ours: set[str], project: str
) -> Iterator[LiveResource]:
    """Blocks on our agents that nobody marked: made at run time, or they lost their marker."""
    seen = set(ours)
    for agent in agents:
        for row in rows_of(agent, "blocks", "agent") if agent["id"] in agent_ids else ():
            if row.get("id") not in seen:
                block = decode("block", row, project)
                seen.add(block.id)
                yield block
