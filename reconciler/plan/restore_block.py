"""A plan of one change that puts an old value of a block back.

In: the live block and the old value. Out: a Plan for the same guards, report and Executor as any other. Pure.
The marker stays as it is: for the next plan this is an edit on the server like any other.
"""

from __future__ import annotations

from reconciler.compare import FieldChange
from reconciler.kinds import KINDS
from reconciler.plan.model import Action, Change, Plan, Reason
from reconciler.values import (
    UNSET,
    Address,
    Effect,
    LiveResource,
    Marker,
    Ownership,
    Update,
    Verdict,
    digest,
    field_of,
    same,
)


def restoring(
    address: Address, live: LiveResource, path: str, value: str, project: str, reads: int = 0
) -> Plan:
    """What puts the value back; nothing when it is there already."""
    now = live.leaves.get(path, UNSET)
    if same(now, value):
        return Plan(project, compared=1, reads=reads)
    marker = live.marker or Marker(project, address)
    field = FieldChange(
        path, Verdict.INTENDED, Ownership.ENFORCED, Effect.WRITE, marker.base.get(path, UNSET), now, value
    )
    is_marked = live.marker is not None
    fields = frozenset() if is_marked else KINDS[live.kind].marker_fields
    beside = {name: leaf for name, leaf in live.leaves.items() if field_of(name) in fields}
    update = Update(
        address,
        live.id,
        frozenset({path}),
        {**beside, path: value},
        marker,
        {path: digest("" if now is UNSET else now)},
        is_marked,
    )
    change = Change(
        address,
        Action.UPDATE,
        Reason.RESTORED,
        live.server_name,
        live.id,
        (field,),
        (update,),
        fingerprint=live.fingerprint,
    )
    return Plan(project, changes=(change,), ids={str(address): live.id}, compared=1, reads=reads)
