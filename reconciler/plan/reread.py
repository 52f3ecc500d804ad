"""What has to be read so that a saved plan sees what its making saw.

In: a plan. Out: what to look for on the server, and in which sets. Pure.
"""

from __future__ import annotations

from reconciler.plan.model import Plan
from reconciler.values import (
    UNSET,
    Create,
    Desired,
    DesiredResource,
    Leaf,
    Scope,
    Secret,
    Selector,
    Update,
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
