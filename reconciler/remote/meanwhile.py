"""What others did between the reading of a plan and the lock it is applied under.

In: a transport, a project, and what a plan makes or prunes. Out: what of that is not as the plan saw it. It
asks once for all resources together and must not write. Names of folders and tools are unique on the
server, which refuses a second one itself, so those need no look.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import takewhile
from typing import Any, Protocol

from reconciler.errors import MalformedAnswer, NotFound
from reconciler.remote.markers import address_tag, marker_from_tags, project_tag, read_description
from reconciler.remote.pages import Rows, checked_rows
from reconciler.values import Address

_ALL = "100000000"
_TAGGED = {
    "/v1/agents/": (("show_hidden_agents", "true"), ("include", "agent.tags")),
    "/v1/blocks/": (("show_hidden_blocks", "true"),),
}


class Gets(Protocol):
    """What is asked of a transport."""

    def get(self, path: str, task: str, query: tuple[tuple[str, str], ...] = ()) -> Any:
        """The JSON a GET answers with."""


def appeared(transport: Gets, project: str, makes: Mapping[Address, str]) -> tuple[Address, ...]:
    """Addresses that carry a resource the plan did not know; `makes` holds the id of the one it replaces.

    One request for all agents and blocks together, two more when one may be there, and one for groups.
    """
    found: set[Address] = set()
    tagged = [address for address in makes if address.kind in ("agent", "block")]
    if tagged and _some_tagged(transport, tagged):
        for path, more in _TAGGED.items():
            rows = _list(transport, path, (("tags", project_tag(project)), ("limit", _ALL), *more))
            found |= {
                marker.address
                for row in rows
                if (marker := marker_from_tags(map(str, row.get("tags") or ()), project))
                and _is_new(marker.address, row, makes)
            }
    if any(address.kind == "group" for address in makes):
        found |= set(_groups(transport, project, makes))
    return tuple(sorted(found, key=str))


def _some_tagged(transport: Gets, addresses: Collection[Address]) -> bool:
    """Whether one of these addresses is on some agent or block; of another project is possible."""
    wanted = {address_tag(address) for address in addresses}
    task = "look what others made meanwhile"
    query = (("name", _common_start(wanted)), ("limit", _ALL))
    try:
        answer = transport.get("/v1/tags/", task, query)
    except NotFound:
        return True
    if not isinstance(answer, list):
        raise MalformedAnswer(f"the answer is not a list: {task}")
    return not wanted.isdisjoint(map(str, answer))


def _common_start(texts: Collection[str]) -> str:
    pairs = zip(min(texts), max(texts), strict=False)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _groups(transport: Gets, project: str, makes: Mapping[Address, str]) -> Iterator[Address]:
    for row in _list(transport, "/v1/groups/", (("limit", _ALL), ("show_hidden_groups", "true"))):
        _, marker = read_description(str(row.get("description") or ""), project)
        if marker is not None and _is_new(marker.address, row, makes):
            yield marker.address


def _is_new(address: Address, row: Mapping[str, Any], makes: Mapping[Address, str]) -> bool:
    return address in makes and row["id"] != makes[address]


def _list(transport: Gets, path: str, query: tuple[tuple[str, str], ...]) -> Rows:
    task = "look what others made meanwhile"
    return checked_rows(transport.get(path, task, query), task)
