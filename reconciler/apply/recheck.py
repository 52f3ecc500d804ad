"""Re-checks what a plan assumed, after taking the lock and before anything is made or deleted.

In: the server, a plan, and the sets it prunes. Out: nothing, or why the plan must not be carried out. It must
not write.

    an apply that ended between the plan and the lock       made what the plan makes: StalePlan
    a program that provisions a new user meanwhile          does not need that lock; its set looks like one
                                                            that nobody declares: LockHeld
    a program that had provisioned one by then              has left its record: StalePlan
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from reconciler.errors import LockHeld, StalePlan
from reconciler.lock.names import holders, set_lock
from reconciler.lock.on_server import server_terms
from reconciler.remote import Transport
from reconciler.remote.marks.record_blocks import records_of
from reconciler.remote.read.changed_since_plan import appeared
from reconciler.values import Address, Owner, serials_of

_NAMED = 3


def check_nothing_came(
    transport: Transport, project: str, makes: Mapping[Address, str], pruned: Mapping[Owner, int]
) -> None:
    """`makes` as of a plan that was made before the lock; `pruned` are users of whom everything goes, with
    the number of the last write of their record then, 0 where there was none."""
    came: list[str] = []
    if pruned:  # locks before records: one that is gone by then has left a record
        _check_nobody_provisions(transport, project, pruned)
        now = records_of(transport, project, pruned).records
        came = [str(owner) for owner, serial in serials_of(now, pruned).items() if serial != pruned[owner]]
    came += [str(address) for address in appeared(transport, project, makes)]
    if came:
        named = ", ".join(came[:_NAMED]) + (" and more" if len(came) > _NAMED else "")
        raise StalePlan(
            "somebody else applied while this was planned", why=f"since then: {named}", hint="plan again"
        )


def _check_nobody_provisions(transport: Transport, project: str, owners: Collection[Owner]) -> None:
    locks, terms = holders(transport), server_terms()
    for owner in owners:
        holder = locks.get(set_lock(project, owner))
        if holder is not None and not terms.is_over(holder):
            raise LockHeld(
                f"{owner} would be pruned, and is being provisioned right now: {holder}",
                hint="run this again when that is done",
            )
