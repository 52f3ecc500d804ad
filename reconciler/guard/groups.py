"""Judges what becomes of groups when an agent of theirs ends.

In: a plan, and the world under the addresses the plan calls it by. Out: objections. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.plan.consequences.used_elsewhere import ids_of
from reconciler.plan.model import Action, Change, Plan
from reconciler.rules import BACKGROUND, CASCADE, IN_USE, Allowance
from reconciler.values import Address, Live, LiveResource, Update

_CASCADING = ("sleeptime", "voice_sleeptime")
"""letta 0.16.8 deletes such a group and all its members with the group's manager."""


def cascades(plan: Plan, live: Live, allowance: Allowance) -> Iterator[str]:
    """Groups the server would delete with their manager, members included, and those that keep it;
    what the server itself made for an agent is the user's own and may be allowed."""
    by_address = {str(change.address): change for change in plan.changes if change.destroys and change.id}
    ending = by_address | {change.id: change for change in by_address.values()}
    planned = {change.address: change for change in plan.changes}
    groups: list[tuple[Address | None, LiveResource]] = [
        *((address, each) for address, each in live.resources.items() if address.kind == "group"),
        *((None, each) for each in live.unmanaged if each.kind == "group"),
    ]
    for address, group in groups:
        ends = ending.get(str(group.leaves.get("manager_agent")))
        if ends is None:
            continue
        if group.leaves.get("manager_type") not in _CASCADING:
            if ends.action is Action.DELETE and not _lets_go(planned.get(address) if address else None, ends):
                whose = str(address) if address else f"{group.id}, which is not of this project"
                yield IN_USE.say(address=ends.address, agent=f"the group {whose}, as its manager")
        elif address is None and group.id in ids_of(ends.takes_along):
            if not allowance.covers(BACKGROUND):
                yield BACKGROUND.say(address=ends.address, along=", ".join(ends.takes_along))
        elif address is None or not _lets_go(planned.get(address), ends):
            yield CASCADE.say(address=ends.address, group=address or group.id)


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


def strangers(plan: Plan, live: Live) -> Iterator[str]:
    """Groups of somebody else that would keep the id of an agent that is no more."""
    ending = {str(change.address) for change in plan.changes if change.action is Action.REPLACE}
    for group in live.unmanaged if ending else ():
        if group.kind != "group":
            continue
        named = {str(leaf) for path, leaf in group.leaves.items() if path != "order"}
        for address in sorted(named & ending):
            yield IN_USE.say(address=address, agent=f"the group {group.id}, which is not of this project")
