"""Chooses one live resource for a declared one, or says why none can be chosen.

In: a declared resource and everything that fits it. Out: the choice, or a diagnostic that lists all there
is to choose from. Pure. It must not know by what a resource fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.errors import Diagnostic
from reconciler.values import Address, DesiredResource, LiveResource


@dataclass(slots=True)
class Choices:
    """What was chosen so far, and what stood in the way."""

    owners: Mapping[str, str]
    """Who else says to own a resource, by server id."""
    take_over: bool
    found: dict[Address, LiveResource] = field(default_factory=dict)
    ambiguous: list[Diagnostic] = field(default_factory=list)
    foreign: list[Diagnostic] = field(default_factory=list)

    def choose(self, wanted: DesiredResource, fitting: Iterable[LiveResource], by: str) -> None:
        """The one free resource that fits; with take_over one of another owner, when none is free."""
        fits = sorted((each for each in fitting if each.marker is None), key=lambda each: each.id)
        free = [each for each in fits if each.id not in self.owners]
        theirs = [each for each in fits if each.id in self.owners]
        candidates = free or (theirs if self.take_over else [])
        if len(candidates) == 1:
            self.found[wanted.address] = candidates[0]
        elif candidates:
            self.ambiguous.append(_ambiguous(wanted, candidates, by))
        elif theirs:
            self.foreign.append(_foreign(wanted, theirs, self.owners))

    def refuse_partial(
        self, wanted: DesiredResource, fitting: list[LiveResource], lacking: list[LiveResource]
    ) -> None:
        """A block that only some of the agents have which shall share it."""
        if any(each.marker is None for each in fitting):
            self.ambiguous.append(_partial(wanted, fitting, lacking))

    def drop_shared(self, declared: Mapping[Address, DesiredResource]) -> None:
        """One live resource cannot be two declared ones."""
        claims: dict[str, list[Address]] = {}
        for address, live in self.found.items():
            claims.setdefault(live.id, []).append(address)
        for server_id, addresses in sorted(claims.items()):
            if len(addresses) > 1:
                live = self.found[addresses[0]]
                self.ambiguous.append(_claimed(live, server_id, [declared[each] for each in addresses]))
                for address in addresses:
                    del self.found[address]


def said(live: LiveResource) -> str:
    """A live resource as messages call it."""
    name = f"{live.server_name!r} " if live.server_name else ""
    return f"{live.kind} {name}({live.id})"


def _ambiguous(wanted: DesiredResource, candidates: list[LiveResource], by: str) -> Diagnostic:
    return Diagnostic(
        f"{len(candidates)} resources on the server could be this one: {', '.join(map(said, candidates))}",
        where=wanted.origin,
        address=str(wanted.address),
        why=f"they were told by {by}, which more than one has",
        hint=f"say which: reconciler adopt {wanted.address} {candidates[0].id}",
    )


def _partial(wanted: DesiredResource, fitting: list[LiveResource], lacking: list[LiveResource]) -> Diagnostic:
    return Diagnostic(
        f"not on all agents that name it: {', '.join(map(said, fitting))}",
        where=wanted.origin,
        address=str(wanted.address),
        why=f"{', '.join(map(said, lacking))} has no block of this label, so nothing tells that it is meant",
        hint=f"say so: reconciler adopt {wanted.address} {fitting[0].id}",
    )


def _claimed(live: LiveResource, server_id: str, wanted: list[DesiredResource]) -> Diagnostic:
    return Diagnostic(
        f"{said(live)} could be any of: {', '.join(str(each.address) for each in wanted)}",
        where=wanted[0].origin,
        address=str(wanted[0].address),
        why="one resource on the server cannot be two declared ones",
        hint=f"say which: reconciler adopt {wanted[0].address} {server_id}",
    )


def _foreign(wanted: DesiredResource, theirs: list[LiveResource], owners: Mapping[str, str]) -> Diagnostic:
    listed = ", ".join(f"{said(each)} of {owners[each.id]}" for each in theirs)
    return Diagnostic(
        f"belongs to somebody else: {listed}",
        where=wanted.origin,
        address=str(wanted.address),
        why="it carries their mark, and foreign resources are never changed",
        hint="have them forget it, or take it from them: --take-over",
    )
