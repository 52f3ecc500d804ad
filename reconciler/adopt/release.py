"""Lets resources go without ending them.

In: what is ours. Out: a plan that takes markers off and does nothing else. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconciler.errors import ReconcilerError
from reconciler.kinds import KINDS
from reconciler.plan import Action, Change, Plan, Reason
from reconciler.plan.order import in_order
from reconciler.plan.remembering import with_sets
from reconciler.remote import Survey
from reconciler.remote.markers import KEPT_TAGS
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
    """Forget everything of ours that a selector chooses; of an address with copies, all copies."""
    chosen = list(selectors)
    carriers: dict[Address, Sequence[LiveResource]] = {a: [each] for a, each in live.resources.items()}
    carriers |= live.duplicates
    carriers |= {a: [*carriers.get(a, ()), *copies] for a, copies in live.copies.items()}
    changes = [
        _forget(address, found)
        for address, found in carriers.items()
        if any(selector.matches(address) for selector in chosen)
    ]
    ids = {str(address): resource.id for address, resource in sorted(live.resources.items())}
    return with_sets(Plan(project=project, changes=in_order(changes), ids=ids), live)


def disown(project: str, survey: Survey, server_id: str) -> Plan:
    """Take our mark off one copy; ReconcilerError where the id is not one, or is the resource itself."""
    found = survey.resources.get(server_id)
    if found is None or found.marker is None:
        raise ReconcilerError(
            f"{server_id} bears no mark of project {project!r}",
            why="it is not on the server" if found is None else "somebody took it off, or it never had one",
            hint="reconciler plan names copies by their ids",
        )
    address = found.marker.address
    record = survey.records.get(address.owner)
    if record is not None and address in record.known and record.known[address].id == server_id:
        raise ReconcilerError(
            f"{server_id} is {address} itself, not a copy of it",
            hint=f"to let go of it: reconciler state forget {address}",
        )
    return Plan(project=project, changes=(_forget(address, [found]),))


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
