"""Turns comparisons into a plan.

In: Desired, Live, the scope and what the person allowed. Out: a Plan, the same one for the same input, byte
for byte. Pure: no clock, network or disk. It must not judge whether the plan is safe; guards do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reconciler.compare import BaseText, Comparison, FieldChange, compare, no_base_text
from reconciler.compare.policy import ownership_of
from reconciler.errors import Diagnostic
from reconciler.kinds import KINDS
from reconciler.plan import operations
from reconciler.plan.diagnose import diagnose
from reconciler.plan.model import Action, Change, Finding, Plan, Reason
from reconciler.plan.order import in_order
from reconciler.values import (
    UNSET,
    Address,
    Desired,
    DesiredResource,
    Effect,
    Live,
    Ownership,
    Scope,
    Verdict,
    field_of,
)


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What the person allowed beyond bringing declared resources up to date."""

    prune: bool = False
    """Delete resources of ours that are no longer declared."""
    destroy: bool = False
    """Delete everything of ours in scope, declared or not."""


def make_plan(
    desired: Desired,
    live: Live,
    scope: Scope,
    options: PlanOptions = PlanOptions(),
    reads: int = 0,
    base_text: BaseText = no_base_text,
) -> Plan:
    """Everything that has to happen, and everything that only has to be said."""
    wanted = Desired(desired.project) if options.destroy else desired
    comparisons = {
        c.address: c for c in compare(wanted, live, scope, base_text) if c.address not in live.duplicates
    }
    replaced = {address for address, c in comparisons.items() if _must_be_replaced(c)}
    comparisons = {address: _with_new_targets(c, replaced) for address, c in comparisons.items()}
    carried = _carried_blocks(comparisons, replaced)
    changes = [
        replace(change, protected=_is_protected(desired, change.address))
        for comparison in comparisons.values()
        if (change := _change(comparison, comparisons, carried, desired.project, options)) is not None
    ]
    done = [change for change in changes if change.is_done_by_apply]
    return Plan(
        project=desired.project,
        changes=in_order(done),
        kept=tuple(change for change in changes if not change.is_done_by_apply),
        drift=_findings(comparisons.values(), Verdict.DRIFT),
        learned=_findings(comparisons.values(), Verdict.LEARNED),
        conflicts=_findings(comparisons.values(), Verdict.CONFLICT),
        diagnostics=_diagnostics(wanted, live, scope, comparisons),
        ids={str(address): resource.id for address, resource in sorted(live.resources.items())},
        reads=reads,
        compared=sum(comparison.live is not None for comparison in comparisons.values()),
    )


def _is_protected(desired: Desired, address: Address) -> bool:
    declared = desired.resources.get(address)
    return declared is not None and declared.policy.protect


def _diagnostics(
    desired: Desired, live: Live, scope: Scope, comparisons: Mapping[Address, Comparison]
) -> tuple[Diagnostic, ...]:
    return tuple(diagnose(desired, live, scope, comparisons))


def _must_be_replaced(comparison: Comparison) -> bool:
    kind = KINDS[comparison.address.kind]
    return comparison.live is not None and any(
        field.effect is Effect.WRITE
        and field.live is not UNSET
        and field.desired is not UNSET
        and kind.by_name[field_of(field.path)].immutable
        for field in comparison.fields
    )


def _with_new_targets(comparison: Comparison, replaced: set[Address]) -> Comparison:
    """A resource that names a replaced one has to be told its new id, though its address stays."""
    if not replaced or comparison.live is None or comparison.desired is None:
        return comparison
    moved = {field.path for field in comparison.fields}
    base = comparison.live.marker.base if comparison.live.marker else {}
    names = {str(address) for address in replaced & comparison.desired.requires}
    told = tuple(
        FieldChange(
            path,
            Verdict.UNCHANGED,
            Ownership.ENFORCED,
            Effect.WRITE,
            base.get(path, UNSET),
            comparison.live.leaves.get(path, UNSET),
            leaf,
            note="the resource it names is replaced",
        )
        for path, leaf in sorted(comparison.desired.leaves.items())
        if isinstance(leaf, str) and leaf in names and path not in moved and _is_reference(comparison, path)
    )
    return replace(comparison, fields=(*comparison.fields, *told)) if told else comparison


def _is_reference(comparison: Comparison, path: str) -> bool:
    assert comparison.desired is not None
    declared = KINDS[comparison.address.kind].by_name[field_of(path)]
    owner = ownership_of(declared, comparison.desired.policy, path)
    return bool(declared.targets) and owner is not Ownership.OBSERVED


def _carried_blocks(
    comparisons: Mapping[Address, Comparison], replaced: set[Address]
) -> dict[Address, list[Comparison]]:
    """Private blocks that are made by the create request of their agent, by agent."""
    carried: dict[Address, list[Comparison]] = {}
    for comparison in comparisons.values():
        parent = comparison.address.parent
        if comparison.live is not None or comparison.desired is None or parent is None:
            continue
        agent = comparisons.get(parent)
        agent_is_made = (
            agent is not None and agent.desired is not None and (agent.live is None or parent in replaced)
        )
        if agent_is_made and operations.can_be_inline(comparison):
            carried.setdefault(parent, []).append(comparison)
    return carried


def _change(
    comparison: Comparison,
    comparisons: Mapping[Address, Comparison],
    carried: Mapping[Address, list[Comparison]],
    project: str,
    options: PlanOptions,
) -> Change | None:
    desired, live = comparison.desired, comparison.live
    if desired is not None and desired.policy.default is Ownership.ABSENT:
        return None if live is None else _deletion(comparison, Reason.MUST_NOT_EXIST)
    if desired is None:
        return _undeclared(comparison, options)
    if live is None:
        return _creation(comparison, desired, carried, project)
    if _must_be_replaced(comparison):
        return _replacement(comparison, desired, carried, project)
    return _update(comparison, desired, comparisons, project)


def _undeclared(comparison: Comparison, options: PlanOptions) -> Change:
    if options.destroy:
        return _deletion(comparison, Reason.DESTROY)
    if operations.is_superseded(comparison.address):
        return _deletion(comparison, Reason.IMMUTABLE_CHANGED)
    if options.prune:
        return _deletion(comparison, Reason.NOT_DECLARED)
    return replace(_deletion(comparison, Reason.NOT_DECLARED), action=Action.KEEP, operations=())


def _deletion(comparison: Comparison, reason: Reason) -> Change:
    live = comparison.live
    assert live is not None
    return replace(
        _about(comparison, Action.DELETE, reason), operations=operations.deletion(comparison.address, live)
    )


def _creation(
    comparison: Comparison,
    desired: DesiredResource,
    carried: Mapping[Address, list[Comparison]],
    project: str,
) -> Change:
    parent = comparison.address.parent
    change = _about(comparison, Action.CREATE, Reason.NOT_FOUND)
    if parent is not None and comparison in carried.get(parent, []):
        return replace(change, carried_by=parent, requires=frozenset({parent}))
    inline = carried.get(comparison.address, [])
    return replace(
        change,
        operations=operations.creation(comparison, project, inline),
        requires=desired.requires - {block.address for block in inline},
    )


def _replacement(
    comparison: Comparison,
    desired: DesiredResource,
    carried: Mapping[Address, list[Comparison]],
    project: str,
) -> Change:
    """Agents are made anew before the old one goes, so that groups can move over; the old one is renamed
    first, so that a crash never leaves two of one address. Elsewhere the old one goes first: names of
    sources are unique on the server."""
    live = comparison.live
    assert live is not None
    inline = carried.get(comparison.address, [])
    whole = replace(comparison, fields=_as_created(comparison, desired))
    create = operations.creation(whole, project, inline)
    delete = operations.deletion(comparison.address, live)
    is_agent = comparison.address.kind == "agent"
    return replace(
        _about(comparison, Action.REPLACE, Reason.IMMUTABLE_CHANGED),
        operations=(operations.supersede(comparison, project), *create) if is_agent else (*delete, *create),
        afterwards=delete if is_agent else (),
        requires=desired.requires - {block.address for block in inline},
    )


def _as_created(comparison: Comparison, desired: DesiredResource) -> tuple[FieldChange, ...]:
    """Every declared leaf, written anew; what the agent learned lives in blocks, which stay."""
    del comparison
    return next(iter(compare(Desired("", {desired.address: desired}), Live(), Scope()))).fields


def _update(
    comparison: Comparison,
    desired: DesiredResource,
    comparisons: Mapping[Address, Comparison],
    project: str,
) -> Change | None:
    del comparisons
    effects = {field.effect for field in comparison.fields}
    if effects & {Effect.WRITE, Effect.RECORD}:
        return replace(
            _about(comparison, Action.UPDATE, _reason(comparison)),
            operations=operations.update(comparison, project),
            requires=desired.requires,
        )
    if effects & {Effect.KEEP, Effect.MERGE}:
        conflict = any(field.verdict is Verdict.CONFLICT for field in comparison.fields)
        return _about(comparison, Action.KEEP, Reason.SEED_CHANGED if conflict else Reason.LEARNED)
    return None


def _reason(comparison: Comparison) -> Reason:
    written = [field for field in comparison.fields if field.effect is Effect.WRITE]
    if not written:
        released = any(field.note for field in comparison.fields if field.effect is Effect.RECORD)
        return Reason.CANNOT_UNSET if released else Reason.MARKER_OUTDATED
    if all(field.verdict is Verdict.UNCHANGED for field in written):
        return Reason.DEPENDENCY_REPLACED
    if all(field.verdict is Verdict.DRIFT for field in written):
        return Reason.DRIFTED
    return Reason.FIELD_CHANGED


def _about(comparison: Comparison, action: Action, reason: Reason) -> Change:
    live, desired = comparison.live, comparison.desired
    return Change(
        address=comparison.address,
        action=action,
        reason=reason,
        fields=tuple(field for field in comparison.fields if field.effect is not Effect.NOTHING),
        server_name=desired.server_name if desired else live.server_name if live else "",
        id=live.id if live else "",
        fingerprint=live.fingerprint if live and action is not Action.KEEP else "",
        messages=live.messages if live else 0,
        origin=desired.origin if desired else None,
    )


def _findings(comparisons: Iterable[Comparison], verdict: Verdict) -> tuple[Finding, ...]:
    return tuple(
        Finding(comparison.address, field)
        for comparison in comparisons
        if comparison.live is not None
        for field in comparison.fields
        if field.verdict is verdict
    )
