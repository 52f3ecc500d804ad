"""What others did between the reading of a plan and the lock it is applied under.

In: a transport, a project, and what a plan makes or prunes. Out: what of that is not as the plan saw it. It
asks once for all resources together and must not write. Names of folders and tools are unique on the
server, which refuses a second one itself, so those need no look.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import takewhile
from typing import Any

from reconciler.errors import NotFound
from reconciler.remote.http.pages import OLDEST_FIRST, Gets, first_page, list_rows
from reconciler.remote.http.rows import texts
from reconciler.remote.marks.markers import address_tag, marker_from_tags, read_description
from reconciler.values import Address

_TASK = "look what others made meanwhile"
_MOST_TAGS = 20
"""More would make an address line servers refuse."""
_TAGGED = {
    "/v1/agents/": (("show_hidden_agents", "true"), ("include", "agent.tags")),
    "/v1/blocks/": (("show_hidden_blocks", "true"),),
}


def appeared(transport: Gets, project: str, makes: Mapping[Address, str]) -> tuple[Address, ...]:
    """Addresses that carry a resource the plan did not know; `makes` holds the id of the one it replaces.

    One request for all agents and blocks together, two more for so many of them when one may be there, and
    for groups as many as their list has pages.
    """
    tagged = sorted((address for address in makes if address.kind in ("agent", "block")), key=str)
    found: set[Address] = set()
    if tagged and _some_tagged(transport, tagged):
        for start in range(0, len(tagged), _MOST_TAGS):
            found |= set(_tagged(transport, project, tagged[start : start + _MOST_TAGS], makes))
    if any(address.kind == "group" for address in makes):
        found |= set(_groups(transport, project, makes))
    return tuple(sorted(found, key=str))


def _some_tagged(transport: Gets, addresses: Collection[Address]) -> bool:
    """Whether one of these addresses may be on some agent or block, of this or of another project.

    Only a first page that holds everything answers that: the database sorts tags by its own collation, the
    server cuts and continues by another one (letta 0.16.8, source), so that a second page may leave tags out.
    """
    wanted = {address_tag(address) for address in addresses}
    query = (("name", _common_start(wanted)),)
    try:
        tags, is_all = first_page(transport, "/v1/tags/", _TASK, query)
    except NotFound:
        return True
    return not is_all or not wanted.isdisjoint(map(str, tags))


def _tagged(
    transport: Gets, project: str, addresses: Collection[Address], makes: Mapping[Address, str]
) -> Iterator[Address]:
    """Those of the addresses that are on an agent or a block the plan did not know."""
    tags = tuple(("tags", address_tag(address)) for address in addresses)
    for path, more in _TAGGED.items():
        for row in list_rows(transport, path, _TASK, (*tags, OLDEST_FIRST, *more)):
            marker = marker_from_tags(texts(row, "tags", "resource"), project)
            if marker and _is_new(marker.address, row, makes):
                yield marker.address


def _common_start(texts: Collection[str]) -> str:
    pairs = zip(min(texts), max(texts), strict=False)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _groups(transport: Gets, project: str, makes: Mapping[Address, str]) -> Iterator[Address]:
    query = (OLDEST_FIRST, ("show_hidden_groups", "true"))
    for row in list_rows(transport, "/v1/groups/", _TASK, query):
        _, marker = read_description(str(row.get("description") or ""), project)
        if marker is not None and _is_new(marker.address, row, makes):
            yield marker.address


def _is_new(address: Address, row: Mapping[str, Any], makes: Mapping[Address, str]) -> bool:
    return address in makes and row["id"] != makes[address]
