"""Decides what happens to one compared resource, and why.

In: a Comparison and what the run is about. Out: a Change, or nothing when there is nothing to do or say.
Pure. It must not look at other resources than the one it is asked about, except through the context.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from reconciler.compare import Comparison, FieldChange
from reconciler.plan import operations
from reconciler.plan.identity.replacing import announcing, carrying, is_superseded, renewal
from reconciler.plan.model import Action, Change, Reason
from reconciler.values import (
    UNSET,
    Address,
    DesiredResource,
    Effect,
    LiveResource,
    Ownership,
    Selector,
    Verdict,
)

RESEEDED = "what was learned is overwritten by the seed, as asked"


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What the person allowed beyond bringing declared resources up to date."""

    prune: bool = False
    """Delete resources of ours that are no longer declared."""
    destroy: bool = False
    """Delete everything of ours in scope, declared or not."""
    erase: bool = False
    """Nothing of it is put aside, and what the persons left on the server goes, too."""
    reseed: tuple[Selector, ...] = ()
    """Write the seeds of these once more, over what was learned."""
    skip_unsupported: bool = False
    """Leave out what the server does not have."""
    by_program: bool = False
    """A program makes the set of a user it brought along; otherwise this is an apply."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the change of one resource depends on beside its own comparison."""

    project: str
    options: PlanOptions
    replaced: frozenset[Address] = frozenset()
    carried: Mapping[Address, tuple[Comparison, ...]] = field(default_factory=dict)
    """Private blocks made by the create request of their agent, by agent."""
    moved: Mapping[Address, Address] = field(default_factory=dict)
    """New address to the old one."""
    leftovers: Mapping[Address, Address] = field(default_factory=dict)
    """What a replace that died has still to empty and end, to the resource that took its place."""
    as_read: Mapping[Address, LiveResource] = field(default_factory=dict)
    """What the server has, under the addresses it had when it was read."""
    taken: Mapping[Address, str] = field(default_factory=dict)
    """Server ids of what was made at run time and is declared now."""
    unmarked: frozenset[Address] = frozenset()
    """What lost its mark on the server and is known by its id."""

    def is_marked(self, address: Address) -> bool:
        """Whether the resource at this address bears its mark on the server already."""
        return not (address in self.moved or address in self.unmarked or address in self.taken)

    def applied(self, address: Address) -> Mapping[str, str]:
        """What counts as last applied to the live resource at this address, as it was read."""
        found = self.as_read.get(self.moved.get(address, address))
        return found.marker.base if found and found.marker else {}

    def fingerprint(self, address: Address) -> str:
        """Of the live resource at this address, as it was read; empty when there is none."""
        found = self.as_read.get(self.moved.get(address, address))
        return found.fingerprint if found else ""


def change_of(comparison: Comparison, context: Context) -> Change | None:
    """What happens to this resource."""
    change = _change_of(comparison, context)
    if change is None:
        return None
    is_watched = change.id and change.action is not Action.KEEP
    return replace(
        change,
        moved_from=context.moved.get(comparison.address),
        fingerprint=context.fingerprint(comparison.address) if is_watched else "",
    )


def _change_of(comparison: Comparison, context: Context) -> Change | None:
    desired, live = comparison.desired, comparison.live
    if desired is not None and desired.policy.default is Ownership.ABSENT:
        return None if live is None else _deletion(comparison, Reason.MUST_NOT_EXIST)
    if desired is None:
        return _undeclared(comparison, context)
    if live is None:
        return _creation(comparison, desired, context)
    if comparison.address in context.replaced:
        return _replacement(comparison, desired, context)
    return _update(comparison, desired, context)


def ends(comparison: Comparison, options: PlanOptions) -> bool:
    """Whether what is there is deleted."""
    if comparison.desired is None:
        return options.destroy or options.prune
    return comparison.desired.policy.default is Ownership.ABSENT


def _undeclared(comparison: Comparison, context: Context) -> Change:
    if context.options.destroy:
        return _deletion(comparison, Reason.DESTROY)
    if is_superseded(comparison.address):
        return _leftover(comparison, context)
    if context.options.prune:
        return _deletion(comparison, Reason.NOT_DECLARED)
    if comparison.address in context.moved:
        return _written(comparison, Reason.MOVED, context)
    if comparison.address in context.unmarked:
        return _written(comparison, Reason.MARK_LOST, context)
    return referring(comparison, context) or _about(comparison, Action.KEEP, Reason.NOT_DECLARED)


def referring(comparison: Comparison, context: Context) -> Change | None:
    """What is not declared, or no part of the run, is told where a resource it names went; no more."""
    if not comparison.fields:
        return None
    change = _written(comparison, Reason.DEPENDENCY_REPLACED, context)
    return replace(change, fingerprint=context.fingerprint(comparison.address))


def _written(comparison: Comparison, reason: Reason, context: Context) -> Change:
    is_marked = context.is_marked(comparison.address)
    return replace(
        _about(comparison, Action.UPDATE, reason),
        operations=operations.update(comparison, context.project, is_marked=is_marked),
        afterwards=operations.completing(comparison),
    )


def _leftover(comparison: Comparison, context: Context) -> Change:
    """The old resource of a replace that died: what it still has goes to the new one first."""
    change = _deletion(comparison, Reason.IMMUTABLE_CHANGED)
    new = context.leftovers.get(comparison.address)
    carried = carrying(new, change.id) if new is not None else ()
    return replace(change, operations=(*carried, *change.operations))


def _deletion(comparison: Comparison, reason: Reason) -> Change:
    live = comparison.live
    assert live is not None
    return replace(
        _about(comparison, Action.DELETE, reason),
        fields=_lost(comparison.address, live),
        operations=operations.deletion(comparison.address, live),
    )


def _lost(address: Address, live: LiveResource) -> tuple[FieldChange, ...]:
    """The values a delete ends, for whoever stores them first."""
    base = live.marker.base if live.marker else {}
    return tuple(
        FieldChange(
            path, Verdict.INTENDED, Ownership.ENFORCED, Effect.WRITE, base.get(path, UNSET), live=leaf
        )
        for path, leaf in sorted(live.leaves.items())
        if operations.is_kept(address, path)
    )


def _creation(comparison: Comparison, desired: DesiredResource, context: Context) -> Change:
    parent = comparison.address.parent
    change = _about(comparison, Action.CREATE, Reason.NOT_FOUND)
    if parent is not None and comparison in context.carried.get(parent, ()):
        return replace(change, carried_by=parent, requires=frozenset({parent}))
    inline = context.carried.get(comparison.address, ())
    return replace(
        change,
        operations=operations.creation(comparison, context.project, inline),
        afterwards=operations.completion(desired),
        requires=desired.requires - {block.address for block in inline},
    )


def _replacement(comparison: Comparison, desired: DesiredResource, context: Context) -> Change:
    """Made anew before the old one goes, so that everything can move over."""
    live = comparison.live
    assert live is not None
    inline = context.carried.get(comparison.address, ())
    return replace(
        _about(announcing(comparison), Action.REPLACE, Reason.IMMUTABLE_CHANGED),
        operations=renewal(comparison, context.project, inline),
        afterwards=(*operations.completion(desired), *operations.deletion(comparison.address, live)),
        requires=desired.requires - {block.address for block in inline},
    )


def reseeded(comparison: Comparison, options: PlanOptions) -> Comparison:
    """Kept leaves become intended writes where the person asked for the seed: nothing of them is kept."""
    if comparison.live is None or not any(
        selector.matches(comparison.address) for selector in options.reseed
    ):
        return comparison
    fields = tuple(
        replace(leaf, verdict=Verdict.INTENDED, effect=Effect.WRITE, note=RESEEDED)
        if leaf.ownership in (Ownership.SEEDED, Ownership.MERGED)
        and leaf.effect in (Effect.KEEP, Effect.MERGE)
        and leaf.desired is not UNSET
        else leaf
        for leaf in comparison.fields
    )
    return replace(comparison, fields=fields)


def _update(comparison: Comparison, desired: DesiredResource, context: Context) -> Change | None:
    effects = {leaf.effect for leaf in comparison.fields}
    if comparison.address in context.taken:
        change = _written(comparison, Reason.TAKEN_OVER, context)
        return replace(change, action=Action.ADOPT, requires=desired.requires)
    moved, unmarked = comparison.address in context.moved, comparison.address in context.unmarked
    reason = Reason.MOVED if moved else Reason.MARK_LOST if unmarked else _reason(comparison)
    change = replace(_written(comparison, reason, context), requires=desired.requires)
    if change.operations or change.afterwards:
        return change
    if effects & {Effect.KEEP, Effect.MERGE}:
        return _about(comparison, Action.KEEP, _reason_to_keep(comparison))
    is_released = any(leaf.note for leaf in comparison.fields if leaf.effect is Effect.RECORD)
    return _about(comparison, Action.KEEP, Reason.CANNOT_UNSET) if is_released else None


def _reason_to_keep(comparison: Comparison) -> Reason:
    if any(leaf.effect is Effect.MERGE for leaf in comparison.fields):
        return Reason.MERGE_CONFLICT
    if any(leaf.verdict is Verdict.DRIFT for leaf in comparison.fields if leaf.effect is Effect.KEEP):
        return Reason.CROSSING
    conflict = any(leaf.verdict is Verdict.CONFLICT for leaf in comparison.fields)
    return Reason.SEED_CHANGED if conflict else Reason.LEARNED


def _reason(comparison: Comparison) -> Reason:
    written = [leaf for leaf in comparison.fields if leaf.effect is Effect.WRITE]
    if not written:
        released = any(leaf.note for leaf in comparison.fields if leaf.effect is Effect.RECORD)
        return Reason.CANNOT_UNSET if released else Reason.MARKER_OUTDATED
    if all(leaf.verdict in (Verdict.UNCHANGED, Verdict.CONVERGED) for leaf in written):
        return Reason.DEPENDENCY_REPLACED
    if all(leaf.note == RESEEDED for leaf in written):
        return Reason.RESEEDED
    if all(leaf.verdict is Verdict.DRIFT for leaf in written):
        return Reason.DRIFTED
    return Reason.FIELD_CHANGED


def _about(comparison: Comparison, action: Action, reason: Reason) -> Change:
    live, desired = comparison.live, comparison.desired
    return Change(
        address=comparison.address,
        action=action,
        reason=reason,
        fields=tuple(leaf for leaf in comparison.fields if leaf.effect is not Effect.NOTHING),
        server_name=desired.server_name if desired else live.server_name if live else "",
        id=live.id if live else "",
        messages=live.messages if live else 0,
        origin=desired.origin if desired else None,
    )
