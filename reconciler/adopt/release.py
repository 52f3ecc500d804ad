"""Lets resources go without ending them.

In: what is ours. Out: a plan that takes markers off and does nothing else. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconciler.errors import ReconcilerError
from reconciler.kinds import KINDS
from reconciler.plan import Action, Change, Plan, Reason
from reconciler.plan.order import in_order
from reconciler.plan.records.next_record import with_sets
from reconciler.remote.marks.markers import KEPT_TAGS
from reconciler.values import (
    Address,
    Live,
    LiveResource,
    Selector,
    Update,
    field_of,
    item_path,
    key_path,
)


def release(project: str, live: Live, selectors: Iterable[Selector]) -> Plan:
    """Forget everything of ours that a selector chooses; of an address with copies, all copies.

    Of an address that is refused, gone or without its mark, what is remembered of it goes, and our mark off
    what bears it.
    """
    chosen = list(selectors)
    carriers: dict[Address, Sequence[LiveResource]] = {a: [each] for a, each in live.resources.items()}
    carriers |= live.duplicates
    for others in (live.copies, live.strangers):
        carriers |= {a: [*carriers.get(a, ()), *found] for a, found in others.items()}
    found = {address: _forget(address, each) for address, each in carriers.items()}
    found |= {a: _let_go(a, live) for a in _recorded(live) if a not in found}
    changes = [each for a, each in found.items() if any(selector.matches(a) for selector in chosen)]
    ids = {str(address): resource.id for address, resource in sorted(live.resources.items())}
    return with_sets(Plan(project=project, changes=in_order(changes), ids=ids), live)


def releasable(live: Live) -> list[Address]:
    """Every address that `release` can forget."""
    refused = (address for address in live.refused if address in live.strangers)
    return [*live.resources, *live.duplicates, *refused, *_recorded(live)]


def disown(project: str, live: Live, server_id: str) -> Plan:
    """Take our mark off one copy, or forget what bears another mark by now; ReconcilerError where the id is
    none of these, or is the resource itself."""
    taken = {address for address, each in live.handed_over.items() if each.id == server_id}
    if taken:
        along = (each for each in live.handed_over if {each, each.parent} & taken)
        changes = in_order(_let_go(each, live) for each in along)
        return with_sets(Plan(project=project, changes=changes), live)
    bearers = [(address, each) for address, each in live.resources.items()]
    for others in (live.duplicates, live.copies, live.strangers):
        bearers += [(address, each) for address, found in others.items() for each in found]
    address, found = next(((a, each) for a, each in bearers if each.id == server_id), (None, None))
    if address is None or found is None:
        raise ReconcilerError(
            f"{server_id} bears no mark of project {project!r}",
            why="it is not on the server, somebody took the mark off, or it never had one",
            hint="reconciler plan names copies by their ids",
        )
    record = live.records.get(address.owner)
    if record is not None and address in record.known and record.known[address].id == server_id:
        raise ReconcilerError(
            f"{server_id} is {address} itself, not a copy of it",
            hint=f"to let go of it: reconciler state forget {address}",
        )
    return Plan(project=project, changes=(_forget(address, [found]),))


def _recorded(live: Live) -> set[Address]:
    """What a record knows, on the server or not."""
    return {address for record in live.records.values() for address in record.known}


def _let_go(address: Address, live: Live) -> Change:
    """Nothing is written but the record: what stands there bears no mark of ours."""
    taken = live.handed_over.get(address)
    server_id = taken.id if taken else live.records[address.owner].known[address].id
    name = taken.server_name if taken else ""
    return Change(address, Action.FORGET, Reason.RELEASED, server_name=name or address.name, id=server_id)


def _forget(address: Address, found: Sequence[LiveResource]) -> Change:
    return Change(
        address,
        Action.FORGET,
        Reason.RELEASED,
        server_name=found[0].server_name,
        id=found[0].id,
        operations=tuple(_unmark(address, live) for live in found),
        fingerprint=found[0].fingerprint,
        messages=found[0].messages,
    )


def _unmark(address: Address, live: LiveResource) -> Update:
    kind = KINDS[address.kind]
    sent = set(kind.by_name) if address.kind == "group" else kind.marker_fields
    after = {path: leaf for path, leaf in live.leaves.items() if field_of(path) in sent}
    kept = after.pop(key_path("metadata", KEPT_TAGS), None)
    after |= {item_path("tags", str(tag)): True for tag in kept} if isinstance(kept, list) else {}
    return Update(address, live.id, frozenset(), after, None)
