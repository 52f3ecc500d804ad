"""What has to be read once more: so that a plan knows what it writes over, and a saved one what it saw.

In: a plan. Out: what to look for on the server, and in which sets. Pure.
"""

from __future__ import annotations

from reconciler.compare import FieldChange
from reconciler.plan.identity.replacing import BROUGHT
from reconciler.plan.model import Plan
from reconciler.values import (
    UNSET,
    Create,
    Desired,
    DesiredResource,
    Effect,
    FileContent,
    Leaf,
    Ownership,
    Scope,
    Secret,
    Selector,
    Update,
    digest,
    field_of,
)


def scope_of(plan: Plan) -> Scope:
    """The sets a plan is about, those that something moves out of included."""
    owners = {address.owner for change in plan.changes for address in change.addresses}
    return Scope(tuple(Selector(str(owner)) for owner in sorted(owners)))


def looked_at(plan: Plan) -> Desired:
    """The resources of a plan as if they were declared: folders by name, agents with their secrets."""
    resources = {}
    for change in plan.changes:
        leaves: dict[str, Leaf] = {f.path: f.desired for f in change.fields if f.desired is not UNSET}
        for operation in change.operations:
            if isinstance(operation, Create | Update):
                base = operation.marker.base if operation.marker else {}
                leaves.update({path: Secret("") for path in base if path.startswith("secrets.")})
        resources[change.address] = DesiredResource(change.address, change.server_name, leaves)
    return Desired(plan.project, resources)


def files_in_doubt(plan: Plan, *, is_saved: bool = False) -> frozenset[str]:
    """Server ids of sources in which something goes, or counts as ours, that an app may have put there: lists
    show no more of it than its size. A saved plan also saw the content of what it keeps."""
    return frozenset(
        change.id
        for change in plan.changes
        if change.address.kind == "source" and change.id
        if any(
            _is_overwritten(field) or _is_guessed(field) or (is_saved and _is_kept(field))
            for field in change.fields
            if field_of(field.path) == "files"
        )
    )


def _is_overwritten(field: FieldChange) -> bool:
    is_seed = field.ownership is Ownership.SEEDED and field.note != BROUGHT
    return is_seed and field.effect is Effect.WRITE and _is_known(field)


def _is_guessed(field: FieldChange) -> bool:
    return isinstance(field.live, FileContent) and field.effect is Effect.RECORD and not field.live.sha256


def _is_kept(field: FieldChange) -> bool:
    return isinstance(field.live, FileContent) and _is_known(field) and field.base != digest(field.live)


def _is_known(field: FieldChange) -> bool:
    return isinstance(field.live, FileContent) and bool(field.live.sha256) and not field.live.trouble
