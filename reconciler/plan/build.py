"""Turns comparisons into a plan.

In: Desired, Live, the scope and what the person allowed. Out: a Plan, the same one for the same input, byte
for byte. Pure: no clock, network or disk. It must not judge whether the plan is safe; guards do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.compare import BaseText, Comparison, FieldChange, compare, no_base_text
from reconciler.compare.policy import ownership_of
from reconciler.kinds import KINDS
from reconciler.plan import backend, operations
from reconciler.plan.changes import Context, PlanOptions, change_of, reseeded
from reconciler.plan.diagnose import diagnose
from reconciler.plan.model import Finding, Plan
from reconciler.plan.moved import apply_moves
from reconciler.plan.order import in_order
from reconciler.plan.vanished import renames_in_doubt
from reconciler.values import UNSET, Address, Desired, Effect, Live, Ownership, Scope, Verdict, field_of


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
    of_server = tuple(backend.findings(wanted, live, scope, options.skip_unsupported))
    wanted = backend.within_reach(wanted, live) if options.skip_unsupported else wanted
    moved = apply_moves(replace(wanted, renames=desired.renames), live)
    found = {
        comparison.address: reseeded(
            _named_anew(comparison, moved.old[comparison.address])
            if comparison.address in moved.old
            else comparison,
            options,
        )
        for comparison in compare(wanted, moved.live, scope, base_text)
        if comparison.address not in live.duplicates
    }
    replaced = frozenset(address for address, c in found.items() if _must_be_replaced(c))
    comparisons = {address: _with_new_targets(c, replaced) for address, c in found.items()}
    carried = _carried_blocks(comparisons, replaced)
    context = Context(desired.project, options, replaced, carried, moved.old, live.resources)
    changes = [
        replace(change, protected=_is_protected(desired, change.address))
        for comparison in comparisons.values()
        if (change := change_of(comparison, context)) is not None
    ]
    ids = sorted((str(address), resource.id) for address, resource in moved.live.resources.items())
    return Plan(
        project=desired.project,
        changes=in_order(change for change in changes if change.is_done_by_apply),
        kept=tuple(change for change in changes if not change.is_done_by_apply),
        drift=_findings(comparisons.values(), Verdict.DRIFT),
        learned=_findings(comparisons.values(), Verdict.LEARNED),
        conflicts=_findings(comparisons.values(), Verdict.CONFLICT),
        diagnostics=(
            *of_server,
            *diagnose(wanted, moved.live, scope, comparisons),
            *(() if options.destroy else renames_in_doubt(comparisons)),
        ),
        ids=dict(ids),
        reads=reads,
        compared=sum(comparison.live is not None for comparison in comparisons.values()),
        is_whole=scope.is_everything,
    )


def _named_anew(comparison: Comparison, old: Address) -> Comparison:
    """A moved block gets the new label, as it got the old one when it was made: whoever owns what is in it.
    A label that somebody else gave it meanwhile is only observed, where it is."""
    return replace(
        comparison,
        fields=tuple(
            replace(field, verdict=Verdict.INTENDED, effect=Effect.WRITE)
            if field.path == "label" and field.live == old.name
            else field
            for field in comparison.fields
        ),
    )


def _is_protected(desired: Desired, address: Address) -> bool:
    """Asked of what is declared, also when the run destroys everything."""
    declared = desired.resources.get(address)
    return declared is not None and declared.policy.protect


def _must_be_replaced(comparison: Comparison) -> bool:
    kind = KINDS[comparison.address.kind]
    return comparison.live is not None and any(
        field.effect is Effect.WRITE
        and field.live is not UNSET
        and field.desired is not UNSET
        and kind.by_name[field_of(field.path)].immutable
        for field in comparison.fields
    )


def _with_new_targets(comparison: Comparison, replaced: frozenset[Address]) -> Comparison:
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
    comparisons: Mapping[Address, Comparison], replaced: frozenset[Address]
) -> dict[Address, tuple[Comparison, ...]]:
    """Private blocks that are made by the create request of their agent, by agent."""
    carried: dict[Address, tuple[Comparison, ...]] = {}
    for comparison in comparisons.values():
        parent = comparison.address.parent
        if comparison.live is not None or comparison.desired is None or parent is None:
            continue
        agent = comparisons.get(parent)
        if agent is None or agent.desired is None or (agent.live is not None and parent not in replaced):
            continue
        is_wanted = comparison.desired.policy.default is not Ownership.ABSENT
        if is_wanted and operations.can_be_inline(comparison):
            carried[parent] = (*carried.get(parent, ()), comparison)
    return carried


def _findings(comparisons: Iterable[Comparison], verdict: Verdict) -> tuple[Finding, ...]:
    return tuple(
        Finding(comparison.address, field)
        for comparison in comparisons
        if comparison.live is not None
        for field in comparison.fields
        if field.verdict is verdict
    )
