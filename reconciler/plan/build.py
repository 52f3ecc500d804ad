"""Turns comparisons into a plan.

In: Desired, Live, the scope and what the person allowed. Out: a Plan, the same one for the same input, byte
for byte. Pure: no clock, network or disk. It must not judge whether the plan is safe; guards do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.compare import BaseText, Comparison, compare, no_base_text
from reconciler.kinds import KINDS
from reconciler.plan import operations
from reconciler.plan.changes import Context, PlanOptions, change_of, ends, referring, reseeded
from reconciler.plan.consequences import support
from reconciler.plan.consequences.background_turns import with_turns
from reconciler.plan.consequences.context_windows import with_window
from reconciler.plan.consequences.crossings import strange_ties, with_ties
from reconciler.plan.consequences.implied import with_implied, with_returned
from reconciler.plan.identity.handed_over import let_go, without
from reconciler.plan.identity.moved import Moved, apply_moves
from reconciler.plan.identity.replacing import Renewed, Unfinished, told, unfinished
from reconciler.plan.identity.server_names import names_taken
from reconciler.plan.identity.taken_over import candidates, take_over
from reconciler.plan.model import Finding, Noted, Plan
from reconciler.plan.notices.compared import Compared
from reconciler.plan.notices.notices import noticed
from reconciler.plan.order import in_order
from reconciler.plan.records.accepted import without_accepted
from reconciler.plan.records.applied_texts import applied_texts
from reconciler.plan.records.next_record import intents
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
    given = let_go(desired, live, scope)
    asked, read, live = scope, live, without(live, given)
    scope = replace(scope, withheld=_withheld(desired, live))
    wanted = Desired(desired.project) if options.destroy else desired
    declared = wanted
    wanted = support.within_reach(wanted, live) if options.skip_unsupported else wanted
    rest = unfinished(live)
    moved = apply_moves(replace(wanted, renames=desired.renames), rest.live)
    taken = take_over(wanted, moved.live, scope)
    moved = replace(moved, live=taken.live)
    wanted = with_turns(with_implied(wanted, moved.live), moved.live, scope)
    ties, silent = strange_ties(moved.live), desired.shared_at_run_time
    compared = (
        with_ties(
            without_accepted(with_returned(with_window(each, live.windows)), wanted, live), ties, silent
        )
        for each in compare(wanted, moved.live, scope, base_text)
    )
    found = {
        comparison.address: reseeded(
            _named_anew(comparison, moved.old[comparison.address])
            if comparison.address in moved.old
            else comparison,
            options,
        )
        for comparison in compared
        if comparison.address not in live.duplicates
    }
    replaced = frozenset(address for address, c in found.items() if _must_be_replaced(c))
    renewed = _renewed(found, replaced, rest, moved)
    everything = _naming(moved.live, found, renewed)
    comparisons = {address: everything[address] for address in found}
    beyond = tuple(everything[address] for address in everything.keys() - found.keys())
    carried = _carried_blocks(comparisons, replaced)
    context = Context(
        desired.project,
        options,
        replaced,
        carried,
        _former(rest, moved),
        _to_be_emptied(rest, moved, everything, options),
        live.resources,
        taken.ids,
        frozenset(moved.new.get(address, address) for address in live.unmarked),
    )
    names = names_taken(comparisons, moved.live)
    made = (
        (change_of if each.address in found else referring)(each, context) for each in everything.values()
    )
    changes = [
        replace(
            change,
            protected=_is_protected(desired, live, change.address),
            requires=change.requires
            | _names_of(everything[change.address], renewed)
            | ({names.waits[change.address]} if change.address in names.waits else frozenset()),
        )
        for change in made
        if change is not None
    ]
    told_of = Compared(
        declared,
        read,
        asked,
        given,
        wanted,
        moved.live,
        scope,
        options,
        comparisons,
        beyond,
        tuple(changes),
        names,
        taken.contested,
    )
    server_ids = moved.live.ids | {address: read.handed_over[address].id for address in given}
    ids = sorted((str(address), server_id) for address, server_id in server_ids.items())
    return Plan(
        project=desired.project,
        changes=in_order(change for change in changes if change.is_done_by_apply),
        kept=tuple(change for change in changes if not change.is_done_by_apply),
        drift=_findings(comparisons.values(), Verdict.DRIFT),
        learned=_findings(comparisons.values(), Verdict.LEARNED),
        conflicts=_findings(comparisons.values(), Verdict.CONFLICT),
        diagnostics=tuple(noticed(told_of)),
        ids=dict(ids),
        reads=reads,
        compared=sum(comparison.live is not None for comparison in comparisons.values()),
        is_whole=scope.is_everything,
        owns_shared=scope.owns_shared,
        sets=intents(
            Desired(desired.project) if options.destroy else desired,
            desired,
            live,
            scope,
            _noted(comparisons.values(), context),
            applied_texts(comparisons.values(), desired.project),
            by_apply=not options.by_program,
            let_go=() if options.by_program else given,
        ),
    )


def _to_be_emptied(
    rest: Unfinished, moved: Moved, compared: Mapping[Address, Comparison], options: PlanOptions
) -> dict[Address, Address]:
    """What replaces that died left, to what took its place and stays: nothing is carried to what ends."""
    found = {old: moved.new.get(new, new) for new, old in rest.old.items()}
    return {old: new for old, new in found.items() if new not in compared or not ends(compared[new], options)}


def _noted(comparisons: Iterable[Comparison], context: Context) -> Mapping[Address, Noted]:
    """What will count as last applied to what is there and stays, where it is something else than before."""
    found: dict[Address, Noted] = {}
    for each in comparisons:
        if each.live is None or each.address in context.replaced:
            continue
        before = context.applied(each.address)
        if not each.fields and each.live.marker is not None and each.live.marker.base is before:
            continue  # nearly every resource of a large project
        after = operations.marker_after(each, context.project).base
        paths = {path for path in {*before, *after} if field_of(path) != "files"}
        noted = {path: after.get(path) for path in paths if before.get(path) != after.get(path)}
        if noted:
            found[each.address] = noted
    return found


def held_at_run_time(desired: Desired, live: Live, scope: Scope) -> frozenset[str]:
    """Server ids of blocks a plan may take over; a list of agents does not show all that is in them."""
    moved = apply_moves(desired, unfinished(live).live)
    return frozenset().union(*candidates(desired, moved.live, scope).values())


def _withheld(desired: Desired, live: Live) -> frozenset[Address]:
    """Addresses that were refused, and those they have now."""
    return frozenset(each for old in live.refused for each in (old, *desired.renames.path(old)))


def _former(rest: Unfinished, moved: Moved) -> dict[Address, Address]:
    """The address each resource had when the server was read, where that was another one."""
    resumed = {new: old for new, old in rest.resumed.items() if new not in moved.new}
    return resumed | {new: rest.resumed.get(old, old) for new, old in moved.old.items()}


def _renewed(
    found: Mapping[Address, Comparison], replaced: frozenset[Address], rest: Unfinished, moved: Moved
) -> Renewed:
    live = rest.live.resources
    return Renewed(
        {address: each.id for address in replaced if (each := found[address].live) is not None},
        {
            moved.new.get(address, address): frozenset(moved.new.get(each, each) for each in named)
            for address, named in rest.untold.items()
        },
        {moved.new.get(new, new): live[old].id for new, old in rest.old.items()},
    )


def _names_of(comparison: Comparison, renewed: Renewed) -> frozenset[Address]:
    """What of the replaced has to be made before this can be told, and must not end before that."""
    live = comparison.live
    if live is None:
        return frozenset()
    named = {target for _, target, _ in renewed.named_by(comparison.address, live)}
    return frozenset(named & renewed.ids.keys())


def _named_anew(comparison: Comparison, old: Address) -> Comparison:
    """A moved block gets the new label, as it got the old one when it was made: whoever owns what is in it.
    A label that somebody else gave it meanwhile is only observed, where it is."""
    return replace(
        comparison,
        fields=tuple(
            replace(field, verdict=Verdict.INTENDED, effect=Effect.WRITE)
            if field.path == "label" and field.live == old.name != field.desired
            else field
            for field in comparison.fields
        ),
    )


def _is_protected(desired: Desired, live: Live, address: Address) -> bool:
    """Asked of what is declared, also when the run destroys everything; of what no longer is, its record says
    whether it was when it was last applied."""
    declared = desired.resources.get(address)
    if declared is not None:
        return declared.policy.protect
    record = live.records.get(address.owner)
    return record is not None and address in record.protect


def _must_be_replaced(comparison: Comparison) -> bool:
    kind = KINDS[comparison.address.kind]
    return comparison.live is not None and any(
        field.effect is Effect.WRITE
        and field.live is not UNSET
        and field.desired is not UNSET
        and kind.by_name[field_of(field.path)].immutable
        for field in comparison.fields
    )


def _naming(
    live: Live, comparisons: Mapping[Address, Comparison], renewed: Renewed
) -> dict[Address, Comparison]:
    """Comparisons told of every new id, and those of resources beyond the run that name one."""
    beyond = (
        Comparison(address, None, resource)
        for address, resource in live.resources.items()
        if address not in comparisons and any(renewed.named_by(address, resource))
    )
    return {each.address: told(each, renewed) for each in (*comparisons.values(), *beyond)}


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
