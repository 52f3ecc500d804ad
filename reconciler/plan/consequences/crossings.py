"""Blocks nobody of this project made that tie users, or projects, together.

In: live, and the labels that may do so. Out: comparisons that say so: drift on every agent concerned, which
nobody mends but a person, since nothing tells whose block it is. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.compare import CROSSING, Comparison, FieldChange
from reconciler.values import (
    UNSET,
    Address,
    Effect,
    Live,
    LiveResource,
    Owner,
    Ownership,
    Verdict,
    field_of,
    item_of,
)

_CURE = "detach it, or name its label under `safety: {shared_at_run_time: [...]}`"


def strange_ties(live: Live) -> Mapping[str, str]:
    """What is wrong with each such block, by its server id."""
    others = {each.id: each.bears for each in live.unmanaged if each.kind == "block"}
    found = {each: f"it bears the mark of project {project!r}" for each, project in others.items() if project}
    for block, owners in _owners(live, others).items():
        if len(owners) > 1:
            found.setdefault(block, f"it hangs on agents of {len(owners)} users")
    return found


def _owners(live: Live, blocks: Mapping[str, str]) -> Mapping[str, set[Owner]]:
    owners: dict[str, set[Owner]] = {}
    if not blocks:
        return owners
    for address, agent in live.resources.items():
        if address.kind != "agent" or address.owner.is_shared:
            continue
        for path, leaf in agent.leaves.items():
            if field_of(path) == "blocks" and leaf in blocks:
                owners.setdefault(str(leaf), set()).add(address.owner)
    return owners


def with_ties(comparison: Comparison, ties: Mapping[str, str], silent: frozenset[str]) -> Comparison:
    """The comparison with each tie as drift, and without those that are meant so."""
    live = comparison.live
    if live is None or comparison.desired is None or comparison.address.kind != "agent":
        return comparison
    found = {each.path: each for each in comparison.fields if not _is_silent(each, silent)}
    for path, why in _tied(live, ties).items():
        if item_of(path) not in silent and not _must_not_exist(found.get(path)):
            found[path] = FieldChange(
                path,
                Verdict.DRIFT,
                Ownership.ENFORCED,
                Effect.KEEP,
                live=live.leaves[path],
                note=f"{why}; {_CURE}",
            )
    return replace(comparison, fields=tuple(found[path] for path in sorted(found)))


def _tied(live: LiveResource, ties: Mapping[str, str]) -> dict[str, str]:
    return {
        path: ties[str(leaf)]
        for path, leaf in live.leaves.items()
        if ties and field_of(path) == "blocks" and leaf in ties
    }


def _is_silent(change: FieldChange, silent: frozenset[str]) -> bool:
    """Whether this only says that a block with such a label came at run time, whoever made it."""
    is_extra = change.base is UNSET and change.desired is UNSET
    if not is_extra or field_of(change.path) != "blocks" or _must_not_exist(change):
        return False
    label = item_of(change.path) if change.note != CROSSING else _label(change)
    return label in silent


def _must_not_exist(change: FieldChange | None) -> bool:
    """Whether the manifests say that no block of this label may hang here, whosever it is."""
    return change is not None and change.ownership is Ownership.ABSENT


def _label(change: FieldChange) -> str:
    """A block of another user goes by the name it has there."""
    try:
        return Address.parse(str(change.live)).name
    except ValueError:
        return item_of(change.path)
