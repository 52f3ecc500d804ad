"""What a plan file claims, held against what plans are like and against what is live.

In: a plan as it was read, and live. Out: nothing or StalePlan; and the plan with facts in the place of
claims. Pure. Anybody can compute a digest, so it proves nothing about who made a file: whatever a guard asks
about a plan is checked here or looked up, and its limits and its server are the configured project's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reconciler.compare import FieldChange
from reconciler.errors import StalePlan
from reconciler.kinds import KINDS
from reconciler.plan.file.staleness import AGAIN, named
from reconciler.plan.identity.moved import as_planned
from reconciler.plan.identity.replacing import is_superseded, superseded_name
from reconciler.plan.model import Action, Change, Limits, Plan, Reason
from reconciler.values import (
    UNSET,
    Address,
    Attach,
    Carry,
    Complete,
    Create,
    Delete,
    Detach,
    Effect,
    Leaf,
    Live,
    Marker,
    Operation,
    Recompile,
    RemoveFile,
    Secret,
    Unset,
    Update,
    Upload,
    field_of,
    item_path,
    same,
)

_EDITS = (Update, Attach, Detach, Upload, RemoveFile, Complete, Recompile)
_BELONGS: dict[Action, tuple[type[Operation], ...]] = {
    Action.CREATE: (Create, Upload, Complete),
    Action.UPDATE: _EDITS,
    Action.REPLACE: (Update, Delete, Create, Upload, Carry, Complete),
    Action.DELETE: (Delete, Carry),
}
"""What a change of this name may send; a plan that is saved has no others."""


def check_claims(plan: Plan) -> None:
    """StalePlan when an operation is not what its change says, or the change is none that a plan makes."""
    by_address = {change.address: change for change in plan.changes}
    lines = [
        f"  {change.address}: {what}"
        for change in plan.changes
        for what in _lies(change, plan.project, by_address)
    ]
    if len(by_address) < len(plan.changes):
        lines.append("  some address is there twice")
    if lines:
        raise StalePlan(
            "this plan file was changed after it was made:\n" + "\n".join(lines),
            why="no plan holds such a change, whatever its digest says",
            hint=AGAIN,
        )


def with_facts(plan: Plan, live: Live, limits: Limits) -> Plan:
    """The plan under these limits, with ids, messages and their number as they are."""
    live = as_planned(plan, live)
    let_go = {address for intent in plan.sets for address in intent.let_go}
    given = {address: each.id for address, each in live.handed_over.items() if address in let_go}
    ids = {str(address): server_id for address, server_id in sorted((live.ids | given).items())}
    changes = (
        replace(change, messages=live.resources[change.address].messages)
        if change.address in live.resources
        else change
        for change in plan.changes
    )
    compared = min(plan.compared, len(live.resources))
    return replace(plan, ids=ids, changes=tuple(changes), compared=compared, limits=limits)


def counts_all(plan: Plan, limits: Limits, there: int) -> bool:
    """Whether a guard asks how much there is in all, and the sets of the plan cannot tell."""
    ends = any(change.destroys for change in plan.changes)
    return (plan.is_whole and ends) or (limits.max_change_percent is not None and plan.compared > there)


def _lies(change: Change, project: str, by_address: Mapping[Address, Change]) -> Iterator[str]:
    allowed = _EDITS if change.reason is Reason.TAKEN_OVER else _BELONGS.get(change.action, ())
    for operation in (*change.operations, *change.afterwards):
        name = type(operation).__name__.lower()
        if not isinstance(operation, allowed):
            yield f"{change.action.value} does not {name}"
        if operation.address != change.address and not _empties_leftover(operation, change):
            yield f"it would {name} {operation.address}"
        if isinstance(operation, Carry) and operation.old != change.id:
            yield f"it would take from {operation.old}, which is not {change.id or 'there yet'}"
        if isinstance(operation, Update | Delete) and operation.id != change.id:
            yield f"it would {name} {operation.id or 'nothing'}, which is not {change.id or 'there yet'}"
        yield from _foreign(operation, change, project)
        yield from _unsaid(operation, change, by_address)
    if change.action is not Action.REPLACE:
        waiting = (each for each in change.afterwards if not isinstance(each, Complete))
        yield from (f"it would {type(each).__name__.lower()} it at the end" for each in waiting)


def _empties_leftover(operation: Operation, change: Change) -> bool:
    """What a replace that died left goes to the new resource before the old one ends."""
    here, there = change.address, operation.address
    is_alike = (here.owner, here.kind) == (there.owner, there.kind)
    return isinstance(operation, Carry) and is_superseded(here) and is_alike


def _foreign(operation: Operation, change: Change, project: str) -> Iterator[str]:
    """Marks of other projects or addresses, and resources of other users."""
    if isinstance(operation, Create | Update) and operation.marker is not None:
        yield from _wrong_marker(operation.marker, operation.address, project)
    if isinstance(operation, Create):
        for block in operation.inline:
            yield from _wrong_marker(block.marker, block.address, project)
            if block.address.parent != change.address:
                yield f"it would make {block.address}"
    for target in named(operation):
        if isinstance(operation, Attach | Create) and not _is_near(target, change.address):
            yield f"it would name {target}, which belongs to another user"


def _wrong_marker(marker: Marker, address: Address, project: str) -> Iterator[str]:
    is_own = marker.address == address or (
        is_superseded(marker.address)
        and (marker.address.owner, marker.address.kind) == (address.owner, address.kind)
    )
    if marker.project != project or not is_own:
        yield f"it would be marked as {marker.address} of {marker.project}"


def _is_near(target: Address, address: Address) -> bool:
    return target.owner.is_shared or target.owner == address.owner


def _unsaid(operation: Operation, change: Change, by_address: Mapping[Address, Change]) -> Iterator[str]:
    """Paths that are written and not shown, or not to the value that is shown."""
    if change.action is Action.REPLACE and not isinstance(operation, Update):
        return  # shown is what differs, and all of it is made anew
    written = _writes(operation)
    if change.action is Action.REPLACE and written.get("name") == superseded_name(change.server_name):
        written = {path: leaf for path, leaf in written.items() if path != "name"}
    yield from _beyond(change, written)
    if isinstance(operation, Create):
        for block in operation.inline:
            carried = by_address.get(block.address)
            if carried is not None and carried.carried_by == change.address:
                yield from _beyond(carried, block.leaves)
            else:
                yield f"it would make {block.address}, which the plan does not show"


def _beyond(change: Change, written: Mapping[str, Leaf | Unset]) -> Iterator[str]:
    shown = {field.path: field for field in change.fields if field.effect is Effect.WRITE}
    for path, value in sorted(written.items()):
        field = shown.get(path)
        if field is None:
            yield f"it would write {path}, which the plan does not show"
        elif path != "order" and not _is_shown(field, value, change.address.kind):
            yield f"it would write another {path} than the plan shows"


def _writes(operation: Operation) -> Mapping[str, Leaf | Unset]:
    """What a write changes, by path; UNSET takes away."""
    match operation:
        case Create() | Complete():
            return operation.leaves
        case Update():
            return {path: operation.after.get(path, UNSET) for path in operation.changed}
        case Attach():
            return {item_path(operation.field, operation.item): operation.target}
        case Detach():
            return {item_path(operation.field, operation.item): UNSET}
        case Upload():
            return {item_path("files", operation.name): operation.content}
        case RemoveFile():
            return {item_path("files", operation.name): UNSET}
        case _:
            return {}


def _is_shown(field: FieldChange, written: Leaf | Unset, kind: str) -> bool:
    """What is cleared is shown as not set; an edge that leads elsewhere is taken off first; of a secret only
    its name is there."""
    shown = field.desired if isinstance(field.merged, Unset) else field.merged
    if isinstance(written, Unset):
        return not isinstance(field.live, Unset) or isinstance(shown, Unset)
    if isinstance(shown, Unset):
        return same(written, KINDS[kind].by_name[field_of(field.path)].cleared)
    if isinstance(shown, Secret) or isinstance(written, Secret):
        return getattr(shown, "name", None) == getattr(written, "name", None)
    return same(shown, written)
