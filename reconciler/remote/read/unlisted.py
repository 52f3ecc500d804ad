"""Resources that should be in a list and are in none: deleted, without their mark, or left out by the server.

In: the lists of one read, what was made of them, and ids known from before. Out: the rows of those that are
there. It must not judge what that means; `identity` does.

    what should be listed                                      as
    ids that a record or the cache knows                       any kind
    members of our groups that were applied and are not seen   agents
    what hangs on our agents                                   blocks that were applied, sources, tools
    our private blocks whose agent is in no list               agents

What a list lacks was deleted, as a rule: a request each says so, above 50 of a kind one list without any
filter. In the normal case nothing is missing and no request is sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.errors import NotFound, RemoteError
from reconciler.remote.http.pages import OLDEST_FIRST, Gets, Query, list_rows
from reconciler.remote.http.paths import PATHS
from reconciler.remote.http.rows import Row, rows
from reconciler.remote.http.threads import side_by_side
from reconciler.remote.read.assemble import Lists
from reconciler.remote.read.scope import Part
from reconciler.values import Address, Leaf, Live, LiveResource, Owner, digest, field_of, item_of

_WITH_ALL = (
    ("include", "agent.blocks"),
    ("include", "agent.tools"),
    ("include", "agent.sources"),
    ("include", "agent.tags"),
    ("include", "agent.secrets"),
)
"""Secrets, too: an agent that lost its mark may hold one that the manifests dropped."""
_MORE: Mapping[str, Query] = {
    "agent": (*_WITH_ALL, ("show_hidden_agents", "true")),
    "block": (("show_hidden_blocks", "true"),),
    "group": (("show_hidden_groups", "true"),),
}
_ONE_BY_ONE = 50
_WORKERS = 4


@dataclass(frozen=True)
class Read:
    """One read: the rows of all lists, the resources they hold, and the part of the project it was about."""

    lists: Lists
    live: Live
    part: Part


@dataclass(frozen=True, slots=True)
class Found:
    """One resource that is on the server and in no list."""

    kind: str
    row: Row
    named_by: Address | None = None
    """What it must be by what it hangs on, or by what hangs on it."""


def unlisted(transport: Gets, read: Read, known: Mapping[Address, str]) -> tuple[Found, ...]:
    """Everything that should be listed, is not, and is there."""
    should = _should_be_listed(read, known)
    found: dict[str, Found] = {}
    for kind, listed in read.lists.by_kind.items():
        have = {str(row["id"]) for row in listed}
        missing = fetched(transport, kind, sorted(should[kind] - have))
        named = dict(_applied_blocks(read)) if kind == "block" and missing else {}
        found |= {str(row["id"]): Found(kind, row, named.get(str(row["id"]))) for row in missing}
        if kind == "agent":
            orphans = [each for each in _agents_of_orphans(transport, read) if each.row["id"] not in have]
            found |= {str(each.row["id"]): each for each in orphans}
    return tuple(found.values())


def _should_be_listed(read: Read, known: Mapping[Address, str]) -> Mapping[str, set[str]]:
    """Ids by kind."""
    ids: dict[str, set[str]] = defaultdict(set)
    for address, server_id in known.items():
        if read.part.covers(address):
            ids[address.kind].add(server_id)
    for resource in read.live.resources.values():
        if resource.kind == "group":
            ids["agent"] |= set(_unknown_members(resource))
        if resource.kind == "agent":
            ids["block"] |= set(_unknown_blocks(resource))
    for row in read.lists.agents:
        ids["source"] |= {str(source.get("id")) for source in rows(row, "sources", "agent")}
        ids["tool"] |= {str(tool.get("id")) for tool in rows(row, "tools", "agent")}
    return ids


def _unknown_members(group: LiveResource) -> Iterator[str]:
    """Members that are no agents of ours, where one that was applied is not seen; one more is no wonder."""
    applied = group.marker.base if group.marker else {}
    members = {path for path in applied if field_of(path) in ("agents", "manager_agent")}
    strangers = {
        path: str(leaf)
        for path, leaf in group.leaves.items()
        if field_of(path) in ("agents", "manager_agent") and _is_id(leaf)
    }
    if strangers.keys() & members or members - group.leaves.keys():
        yield from strangers.values()


def _unknown_blocks(agent: LiveResource) -> Iterator[str]:
    """Blocks that are none of ours, under labels that were applied."""
    applied = agent.marker.base if agent.marker else {}
    for path, leaf in agent.leaves.items():
        if field_of(path) == "blocks" and path in applied and _is_id(leaf):
            yield str(leaf)


def _applied_blocks(read: Read) -> Iterator[tuple[str, Address]]:
    """Ids of those, and the address each had when its agent was applied: the digest of that tells."""
    for address, agent in read.live.resources.items():
        if agent.kind != "agent" or agent.marker is None:
            continue
        for path, leaf in agent.leaves.items():
            if field_of(path) != "blocks" or not _is_id(leaf):
                continue
            label = item_of(path)
            for block in (
                Address(address.owner, "block", label),
                Address(Owner(), "block", label),
                Address(address.owner, "block", label, address.name),
            ):
                if agent.marker.base.get(path) == digest(str(block)):
                    yield str(leaf), block


def _is_id(leaf: Leaf) -> bool:
    """What names something of ours is an address, and has slashes."""
    return isinstance(leaf, str) and "/" not in leaf


def fetched(transport: Gets, kind: str, ids: list[str]) -> list[Row]:
    """Those of the ids that are there."""
    if len(ids) > _ONE_BY_ONE:
        return _every(transport, kind, f"look whether {len(ids)} {kind}s are gone", set(ids))
    if not ids:
        return []
    with side_by_side(_WORKERS, "look") as pool:
        answers = pool.map(lambda server_id: _fetch(transport, kind, server_id), ids)
        return [row for row in answers if row is not None]


def _every(transport: Gets, kind: str, task: str, ids: set[str] | None = None) -> list[Row]:
    query = (OLDEST_FIRST, *_MORE.get(kind, ()))
    every = list_rows(transport, f"/v1/{PATHS[kind]}/", task, query)
    return [row for row in every if ids is None or row["id"] in ids]


def _fetch(transport: Gets, kind: str, server_id: str) -> Row | None:
    query: Query = _WITH_ALL if kind == "agent" else ()
    try:
        row = transport.get(f"/v1/{PATHS[kind]}/{server_id}", f"look whether {server_id} is gone", query)
    except NotFound:
        return None
    except RemoteError as error:
        if error.status == 422:  # what was known is no id of such a server
            return None
        raise
    return row if isinstance(row, dict) and row.get("id") == server_id else None


def _agents_of_orphans(transport: Gets, read: Read) -> list[Found]:
    """The agents on which private blocks hang whose own agent is in no list."""
    resources = read.live.resources
    orphans = {
        parent: resource.id
        for address, resource in resources.items()
        if (parent := address.parent) is not None
        and parent not in resources
        and parent not in read.live.duplicates
    }
    if len(orphans) > _ONE_BY_ONE:
        owner_of = {block_id: parent for parent, block_id in orphans.items()}
        every = _every(transport, "agent", f"look whether {len(orphans)} agents are gone")
        return [
            Found("agent", row, owner_of[str(block["id"])])
            for row in every
            for block in rows(row, "blocks", "agent")
            if block.get("id") in owner_of
        ]
    found: list[Found] = []
    for parent, block_id in sorted(orphans.items()):
        path, task = f"/v1/blocks/{block_id}/agents", f"look whether {parent} is gone"
        try:
            hanging = list_rows(transport, path, task, (OLDEST_FIRST, *_WITH_ALL))
        except NotFound:
            continue
        found += [Found("agent", row, parent) for row in hanging]
    return found
