"""The order of changes: what must be done before what.

In: changes with what they require. Out: the same changes, dependencies first, deletes last and in the
opposite order of kinds; and the waits between them, for whoever runs them side by side.

    create, update, replace:   tool, block, source -> agent -> group
    delete:                    group -> agent -> block, source, tool
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.kinds import KINDS
from reconciler.plan.model import Action, Change
from reconciler.values import Address, Owner

_RANK: Mapping[str, int] = {name: rank for rank, name in enumerate(KINDS)}


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Dependencies before dependents, deletes behind everything else, addresses within a kind."""
    return tuple(sorted(changes, key=_key))


def _key(change: Change) -> tuple[int, int, int, Address]:
    rank = _RANK[change.address.kind]
    if change.action is Action.DELETE:
        return (1, -rank, 0, change.address)
    carried = change.carried_by is not None
    return (0, _RANK["agent"] if carried else rank, 1 if carried else 0, change.address)


def is_later(one: Address, other: Address) -> bool:
    """Whether resources of one kind are made after, and end before, those of the other."""
    return _RANK[one.kind] > _RANK[other.kind]


def waits(changes: Iterable[Change]) -> dict[Address, frozenset[Address]]:
    """For each change, the changes of the same plan that must be done first.

    A delete waits for every delete of a later kind in its own set, and for every change that is not a
    delete and belongs to its set or to a set that may refer to it.
    """
    listed = list(changes)
    planned = {change.address for change in listed}
    by_owner: dict[Owner, list[Change]] = {}
    for change in listed:
        by_owner.setdefault(change.address.owner, []).append(change)
    return {
        change.address: frozenset(_before_delete(change, listed, by_owner))
        if change.action is Action.DELETE
        else frozenset(change.requires & planned)
        for change in listed
    }


def _before_delete(
    change: Change, everything: list[Change], by_owner: Mapping[Owner, list[Change]]
) -> Iterable[Address]:
    """Only resources of the same set can refer to a target, unless the target is shared by all."""
    owner = change.address.owner
    rank = _RANK[change.address.kind]
    for other in everything if owner.is_shared else by_owner[owner]:
        if other.action is not Action.DELETE or _RANK[other.address.kind] > rank:
            yield other.address
