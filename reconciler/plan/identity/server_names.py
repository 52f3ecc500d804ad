"""Names that only one resource of the server can bear, and who has to give one up first.

In: comparisons and what is live. Out: for each resource that takes a name what must be done before, and where
nobody gives way: the server would refuse the write, and the next one as well. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.compare import Comparison
from reconciler.errors import Origin
from reconciler.values import UNSET, Address, Effect, Live, LiveResource, Ownership

_UNIQUE = "source"
"""The kind whose names are free to choose; tools are called what their functions are called."""


@dataclass(frozen=True, slots=True)
class Held:
    """A name that a source is to get, and who does not give it up."""

    address: Address
    origin: Origin | None
    name: str
    id: str
    """Of who has it."""
    whose: str
    way: str
    """What to do, but for choosing another name."""


@dataclass(frozen=True, slots=True)
class Names:
    """Who waits for whom, and what cannot be waited for."""

    waits: Mapping[Address, Address] = field(default_factory=dict)
    """Who takes a name, and who gives it up in the same plan."""
    held: tuple[Held, ...] = ()
    circles: tuple[tuple[Address, ...], ...] = ()
    """Who would have to wait for themselves, each from its first address on."""


def names_taken(comparisons: Mapping[Address, Comparison], live: Live) -> Names:
    """See the module."""
    holders = {each.server_name: (a, each) for a, each in live.resources.items() if a.kind == _UNIQUE}
    others = {each.server_name: each for each in live.unmanaged if each.kind == _UNIQUE}
    taking = {address: name for address, each in comparisons.items() if (name := _taken_by(each))}
    waits: dict[Address, Address] = {}
    held: list[Held] = []
    for address, name in taking.items():
        comparison = comparisons[address]
        if name in holders and holders[name][0] != address:
            holder, resource = holders[name]
            waits[address] = holder
            if holder not in taking:
                way = _way_with(holder, comparisons)
                held.append(_held(comparison, name, resource, str(holder), way))
        elif name in others and comparison.live is not None:
            way = "rename that one first"
            held.append(_held(comparison, name, others[name], "not of this project", way))
    return Names(waits, tuple(held), tuple(_circles(waits)))


def _held(comparison: Comparison, name: str, holder: LiveResource, whose: str, way: str) -> Held:
    desired = comparison.desired
    origin = desired.origins.get("name", desired.origin) if desired else None
    return Held(comparison.address, origin, name, holder.id, whose, way)


def _way_with(holder: Address, comparisons: Mapping[Address, Comparison]) -> str:
    """What to do about a resource of ours that keeps its name."""
    comparison = comparisons.get(holder)
    if comparison is None:
        return f"take {holder} into this run"
    return "rename that one first" if comparison.desired else f"end it first: reconciler destroy {holder}"


def _taken_by(comparison: Comparison) -> str:
    """The name a resource gets by this plan and does not have yet; empty for most."""
    desired = comparison.desired
    if comparison.address.kind != _UNIQUE or desired is None:
        return ""
    if comparison.live is None:
        return "" if desired.policy.default is Ownership.ABSENT else desired.server_name
    written = (each for each in comparison.fields if each.path == "name" and each.effect is Effect.WRITE)
    return next((str(each.desired) for each in written if each.desired is not UNSET), "")


def _circles(waits: Mapping[Address, Address]) -> Iterator[tuple[Address, ...]]:
    """Each once, from its first address on."""
    for start in sorted(waits):
        circle = [start]
        while (after := waits.get(circle[-1])) is not None and after not in circle:
            circle.append(after)
        if after == start and start == min(circle):
            yield tuple(circle)
