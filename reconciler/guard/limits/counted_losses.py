"""Counts what a plan can lose, each thing once.

In: a plan and the world it was made in. Out: Losses. Pure; it must not judge how much is too much.

    sets         users' sets of which nothing stays; everything in them is counted with the set
    agents       agents that end (deleted or replaced) in a set that stays, with their private blocks
    shared       resources of the shared set that end
    overwrites   values changed since we last applied them (of blocks; files of sources) that a write replaces
                 (`--reseed`), or that end in a set and an agent that stay

What is not counted can be made again from the manifests. Nothing is lost by creating, attaching or updating.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.plan.model import Action, Change, Plan
from reconciler.plan.operations import is_kept
from reconciler.values import UNSET, Address, Effect, Live, LiveResource, Owner, Ownership, digest, field_of


@dataclass(frozen=True, slots=True)
class Losses:
    """What ends, or is written over, by kind of loss."""

    sets: tuple[Owner, ...] = ()
    agents: tuple[Address, ...] = ()
    shared: tuple[Address, ...] = ()
    overwrites: tuple[tuple[Address, str], ...] = ()
    """Address and path of each learned value."""


def losses_of(plan: Plan, live: Live) -> Losses:
    """Everything the plan can lose."""
    sets = frozenset(ended_sets(plan))
    rest = [change for change in plan.changes if change.address.owner not in sets]
    ending = [change.address for change in rest if change.destroys]
    agents = tuple(address for address in ending if address.kind == "agent" and not address.owner.is_shared)
    shared = tuple(address for address in ending if address.owner.is_shared)
    deleted = {change.address for change in rest if change.action is Action.DELETE}
    counted = {*agents, *shared}
    overwrites = tuple(
        (change.address, path)
        for change in rest
        if change.address not in counted and change.address.parent not in deleted
        for path in _overwritten(change, live.resources)
    )
    return Losses(tuple(sorted(sets)), agents, shared, overwrites)


def ended_sets(plan: Plan) -> Iterator[Owner]:
    """Users whose whole set is deleted; `plan.ids` has everything of ours that was read."""
    deleted = Counter(change.address.owner for change in plan.changes if change.action is Action.DELETE)
    if not deleted:
        return
    there = Counter("/".join(text.split("/", 2)[:2]) for text in plan.ids)
    staying = {change.address.owner for change in plan.changes if change.action is not Action.DELETE}
    for owner, number in deleted.items():
        if not owner.is_shared and owner not in staying and number >= there[str(owner)]:
            yield owner


def _overwritten(change: Change, live: Mapping[Address, LiveResource]) -> Iterator[str]:
    if change.action is Action.DELETE:
        resource = live.get(change.address)
        base = resource.marker.base if resource and resource.marker else {}
        for path, leaf in resource.leaves.items() if resource else ():
            if _can_be_learned(change.address, path) and base.get(path) != digest(leaf):
                yield path
        return
    for field in change.fields:
        is_for_agents = field.ownership in (Ownership.SEEDED, Ownership.MERGED)
        if field.effect is not Effect.WRITE or field.merged is not UNSET or not is_for_agents:
            continue
        if field.live is not UNSET and field.base != digest(field.live):
            yield field.path


def _can_be_learned(address: Address, path: str) -> bool:
    return is_kept(address, path) or (address.kind == "source" and field_of(path) == "files")
