"""Names that only one resource of the server can bear, and who has to give one up first.

In: comparisons and what is live. Out: for each resource that takes a name what must be done before, and an
error where nobody gives way: the server would refuse the write, and the next one as well. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.compare import Comparison
from reconciler.errors import Diagnostic
from reconciler.values import UNSET, Address, Effect, Live, LiveResource, Ownership

_UNIQUE = "source"
"""The kind whose names are free to choose; tools are called what their functions are called."""


@dataclass(frozen=True, slots=True)
class Names:
    """Who waits for whom, and what cannot be waited for."""

    waits: Mapping[Address, Address] = field(default_factory=dict)
    """Who takes a name, and who gives it up in the same plan."""
    problems: tuple[Diagnostic, ...] = ()


def names_taken(comparisons: Mapping[Address, Comparison], live: Live) -> Names:
    """See the module."""
    holders = {each.server_name: (a, each) for a, each in live.resources.items() if a.kind == _UNIQUE}
    others = {each.server_name: each for each in live.unmanaged if each.kind == _UNIQUE}
    taking = {address: name for address, each in comparisons.items() if (name := _taken_by(each))}
    waits: dict[Address, Address] = {}
    problems: list[Diagnostic] = []
    for address, name in taking.items():
        comparison = comparisons[address]
        if name in holders and holders[name][0] != address:
            holder, resource = holders[name]
            waits[address] = holder
            if holder not in taking:
                way = _way_with(holder, comparisons)
                problems.append(_is_in_use(comparison, name, resource, str(holder), way))
        elif name in others and comparison.live is not None:
            way = "rename that one first"
            problems.append(_is_in_use(comparison, name, others[name], "not of this project", way))
    problems += (_goes_round(comparisons[each[0]], each) for each in _circles(waits))
    return Names(waits, tuple(problems))


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


def _circles(waits: Mapping[Address, Address]) -> Iterator[list[Address]]:
    """Each once, from its first address on."""
    for start in sorted(waits):
        circle = [start]
        while (after := waits.get(circle[-1])) is not None and after not in circle:
            circle.append(after)
        if after == start and start == min(circle):
            yield circle


def _is_in_use(comparison: Comparison, name: str, holder: LiveResource, whose: str, way: str) -> Diagnostic:
    desired = comparison.desired
    return Diagnostic(
        f"the server has a source called {name!r} ({holder.id}), {whose}",
        where=desired.origins.get("name", desired.origin) if desired else None,
        address=str(comparison.address),
        why="names of sources are unique on the server, and this one does not give it up",
        hint=f"choose another name, or {way}",
    )


def _goes_round(comparison: Comparison, circle: list[Address]) -> Diagnostic:
    desired = comparison.desired
    return Diagnostic(
        f"{len(circle)} sources take each other's names: {' -> '.join(map(str, [*circle, circle[0]]))}",
        where=desired.origins.get("name", desired.origin) if desired else None,
        address=str(comparison.address),
        why="names of sources are unique on the server, so no one of them can be renamed first",
        hint="give one of them a name that is free, apply, and then the name it shall have",
    )
