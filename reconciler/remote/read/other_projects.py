"""What another project has at addresses of this one: after a project was renamed nothing of it is found, and
all of it would be made a second time.

In: what is desired, and the rows of one read. Out: tags by which the lists, which are asked for anyway, show
such resources as well, and who has what. Pure. No request more is sent, so a few addresses of a large project
have to do; groups are listed whole in any case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconciler.remote.http.rows import Row, optional, texts
from reconciler.remote.marks.markers import (
    address_tag,
    description_project,
    marker_from_tags,
    read_description,
    tag_projects,
)
from reconciler.remote.read.assemble import Lists
from reconciler.remote.read.scope import Part
from reconciler.values import Address, Desired, Namesake, Owner

_MOST = 16
"""Addresses that are asked about along the way."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Tags by which a list shows what others have, beside those by which it shows what is ours."""

    agents: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()


def asked(desired: Desired, part: Part) -> Asked:
    """An agent of each set, or a block where it has none, as long as there is room; then further agents."""
    first: dict[Owner, Address] = {}
    more: list[Address] = []
    for address in desired.resources:
        if address.parent is not None or address.kind not in ("agent", "block") or not part.covers(address):
            continue
        known = first.get(address.owner)
        is_better = known is not None and known.kind == "block" and address.kind == "agent"
        if is_better or (known is None and len(first) < _MOST):
            first[address.owner] = address
        elif address.kind == "agent" and len(more) < _MOST:
            more.append(address)
    chosen = [*first.values(), *more][:_MOST]
    return Asked(*(tuple(address_tag(a) for a in chosen if a.kind == kind) for kind in ("agent", "block")))


def namesakes(lists: Lists, project: str, desired: Desired) -> Mapping[Address, Namesake]:
    """Who else has something at an address that is declared."""
    found = (*_tagged((*lists.of_others, *lists.blocks), project), *_described(lists.groups, project))
    return {address: each for address, each in found if address in desired.resources}


def _tagged(rows: Iterable[Row], project: str) -> Iterator[tuple[Address, Namesake]]:
    for row in rows:
        tags = texts(row, "tags", "resource")
        for other in sorted(tag_projects(tags) - {project}):
            if marker := marker_from_tags(tags, other):
                yield marker.address, Namesake(str(row["id"]), other)


def _described(groups: Iterable[Row], project: str) -> Iterator[tuple[Address, Namesake]]:
    for row in groups:
        text = optional(row, "description", str, "group") or ""
        other = description_project(text)
        marker = read_description(text, other)[1] if other and other != project else None
        if marker is not None:
            yield marker.address, Namesake(str(row["id"]), other)
