"""What a program may do of a plan: it completes sets, and writes nothing that an apply wrote.

In: a plan that a program made for the set of one user, and what is live with its records. Out: the plan
without what is not the program's to do. Pure. A program may run with manifests of another age than the last
apply; who wrote a set last decides:

    an apply wrote it                 only what its record names and the server lacks is made again; it stays
                                      a set of the manifests, unless the program takes the user over
    programs alone wrote it           it is brought up to date, unless the program's manifests are older
    the shared set                    what is missing is made; what is there stays
    an address that was renamed, or   nothing is made there
    deleted, by an apply
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from reconciler.plan.model import Action, Change, Plan, SetIntent
from reconciler.record import is_tombstone
from reconciler.values import UNSET, Address, Effect, Live, Owner, SetRecord


def restrained(
    plan: Plan, live: Live, digests: Mapping[Owner, str], taken_over: Collection[Owner] = ()
) -> Plan:
    """The part of a plan that a program may carry out.

    `digests` are those of its desired state, by set. Users of `taken_over` are the program's from now on,
    even where an apply wrote their set: the next prune leaves them.
    """
    live = replace(live, records={o: each for o, each in live.records.items() if not is_tombstone(each)})
    closed = {
        each.owner
        for each in plan.sets
        if (record := live.records.get(each.owner)) is not None and _is_closed(record, digests)
    }
    records = live.records
    said = (
        _unsaid(each, records[each.owner], is_taken_over=each.owner in taken_over)
        if each.owner in closed
        else each
        for each in plan.sets
    )
    plan = replace(plan, sets=tuple(said))
    out = {change.address for change in plan.changes if not _may(change, live, digests)}
    again = {change.address for change in plan.changes if change.address not in out}
    names = {str(address) for address in again} | _former_ids(live, again)
    out -= {change.address for change in plan.changes if _only_names(change, names)}
    if not out:
        return plan
    size = -1
    while len(out) != size:  # what needs a resource that is not made cannot be made either
        size = len(out)
        out |= {
            change.address
            for change in plan.changes
            if change.requires & out - live.resources.keys() or change.carried_by in out
        }
    sets = tuple(replace(each, digest="") for each in plan.sets)
    return replace(plan, changes=tuple(each for each in plan.changes if each.address not in out), sets=sets)


def differs(live: Live, owner: Owner, digest: str) -> bool:
    """Whether a set was last written from other manifests than those of this digest."""
    record = live.records.get(owner)
    return record is not None and record.digest not in ("", digest)


def _may(change: Change, live: Live, digests: Mapping[Owner, str]) -> bool:
    record = live.records.get(change.address.owner)
    if record is None:
        return True
    if change.address in record.former or change.address in record.removed:
        return False
    makes = change.action is Action.CREATE
    if change.address.owner.is_shared:
        return makes
    if _is_closed(record, digests):
        return makes and change.address in record.known
    return True


def _is_closed(record: SetRecord, digests: Mapping[Owner, str]) -> bool:
    """Whether what is there stays as it is."""
    return record.owner.is_shared or record.applied or _is_older(record, digests.get(record.owner, ""))


def _unsaid(intent: SetIntent, record: SetRecord, *, is_taken_over: bool) -> SetIntent:
    """Nothing counts as applied that is not written, nor as given where the record knows what was, or where
    the user is one of the manifests: whoever is taken out of them is pruned, though a program still asks."""
    is_open = record.parameters is None and (is_taken_over or not record.applied)
    given = intent.parameters if is_open else None
    return replace(intent, noted={}, texts={}, parameters=given, drops_parameters=False)


def _only_names(change: Change, names: Collection[str]) -> bool:
    """Whether all that is written is the name of something that is made again: its address, or its old id."""
    if change.action is not Action.UPDATE:
        return False
    written = [each for each in change.fields if each.effect is Effect.WRITE and each.path != "order"]
    told = (str(each.live if each.desired is UNSET else each.desired) for each in written)
    return bool(written) and all(name in names for name in told)


def _former_ids(live: Live, again: Collection[Address]) -> set[str]:
    records = live.records.values()
    return {known.id for record in records for address, known in record.known.items() if address in again}


def _is_older(record: SetRecord, digest: str) -> bool:
    return digest != record.digest and digest in record.earlier
