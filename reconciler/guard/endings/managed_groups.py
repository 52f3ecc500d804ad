"""Groups whose manager ends with a plan, and what becomes of each.

In: a plan, and the world under the addresses the plan calls it by. Out: such groups. Pure; it must not
object.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.guard.judged import Judged
from reconciler.kinds.group import IN_BACKGROUND
from reconciler.plan.consequences.used_elsewhere import ids_of
from reconciler.plan.model import Action, Change
from reconciler.values import Address, LiveResource, Update


@dataclass(frozen=True, slots=True)
class Managed:
    """One group that does not let go of a manager that ends."""

    address: Address | None
    """None for one that is not of this project."""
    group: LiveResource
    manager: Change

    @property
    def ends_with_manager(self) -> bool:
        """Whether the server deletes it, and its members, with the manager (letta 0.16.8, measured)."""
        return self.group.leaves.get("manager_type") in IN_BACKGROUND

    @property
    def is_known(self) -> bool:
        """Whether the server itself made it for the manager, and the plan says so."""
        return self.address is None and self.group.id in ids_of(self.manager.takes_along)


def managed_groups(judged: Judged) -> Iterator[Managed]:
    """Each group that still names its manager when that ends."""
    ends = {str(change.address): change for change in judged.plan.changes if change.destroys and change.id}
    ends |= {change.id: change for change in ends.values()}
    planned = {change.address: change for change in judged.plan.changes}
    groups: list[tuple[Address | None, LiveResource]] = [
        *((address, each) for address, each in judged.live.resources.items() if address.kind == "group"),
        *((None, each) for each in judged.live.unmanaged if each.kind == "group"),
    ]
    for address, group in groups:
        manager = ends.get(str(group.leaves.get("manager_agent")))
        if manager is not None and not _lets_go(planned.get(address) if address else None, manager):
            yield Managed(address, group, manager)


def _lets_go(group: Change | None, manager: Change) -> bool:
    """Whether the plan ends the group first, or gives it another manager: the new one of the same address, or
    one of another."""
    if group is None or group.destroys:
        return group is not None
    return any(
        isinstance(operation, Update)
        and "manager_agent" in operation.changed
        and (manager.action is Action.REPLACE or operation.after.get("manager_agent") != str(manager.address))
        for operation in group.operations
    )
