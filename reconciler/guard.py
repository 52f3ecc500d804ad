"""Stops plans that would do more harm than their author may have meant.

In: a plan with the limits of its project, the world, and what the person allowed. Out: nothing, or
UnsafePlan with every objection and what to type. Pure; it must not change the plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.errors import UnsafePlan
from reconciler.plan.model import Action, Change, Limits, Plan, Reason
from reconciler.plan.moved import as_planned
from reconciler.values import Address, Detach, Live

SMALL = 10
"""Below this many live resources a percentage says nothing."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the person allowed for this one run."""

    beyond_limits: bool = False
    """--force"""
    data_loss: bool = False
    """--allow-data-loss"""
    destroy: bool = False
    """The run is a destroy: deletes are what was asked for."""


def check(plan: Plan, live: Live, allowance: Allowance = Allowance()) -> None:
    """UnsafePlan with all objections, or nothing."""
    live = as_planned(plan, live)
    objections = [
        *_errors(plan),
        *_protected(plan),
        *_data_loss(plan, allowance),
        *_cascades(plan, live),
        *_in_use(plan, live),
    ]
    if not allowance.destroy and not allowance.beyond_limits:
        objections += [*_too_much(plan, plan.limits), *_prune_to_zero(plan)]
    if objections:
        raise UnsafePlan(
            "this plan is not applied:\n" + "\n".join(f"  - {objection}" for objection in objections)
        )


def _errors(plan: Plan) -> Iterator[str]:
    if plan.has_errors:
        yield "it has errors (see above)"


def _protected(plan: Plan) -> Iterator[str]:
    for change in plan.changes:
        if change.destroys and change.protected:
            yield f"{change.address} is protected and would end; take protect: true off it first"


def _too_much(plan: Plan, limits: Limits) -> Iterator[str]:
    deletes = sum(change.destroys for change in plan.changes)
    if deletes > limits.max_deletes:
        yield (
            f"it deletes or replaces {deletes} resources, the limit is {limits.max_deletes} "
            "(safety.max_deletes); allow it with --force"
        )
    touched = sum(_touches(change) for change in plan.changes)
    percent = 100 * touched // plan.compared if plan.compared else 0
    if plan.compared >= SMALL and percent > limits.max_change_percent:
        yield (
            f"it changes {touched} of {plan.compared} resources ({percent} %), the limit is "
            f"{limits.max_change_percent} % (safety.max_change_percent); allow it with --force"
        )


def _touches(change: Change) -> bool:
    harmless = change.reason in (Reason.MARKER_OUTDATED, Reason.CANNOT_UNSET)
    return change.action is not Action.CREATE and not harmless


def _prune_to_zero(plan: Plan) -> Iterator[str]:
    pruned = [change for change in plan.changes if change.reason is Reason.NOT_DECLARED and change.destroys]
    if pruned and len(pruned) == plan.compared:
        yield "it would prune everything there is; if that is meant, use: reconciler destroy"


def _data_loss(plan: Plan, allowance: Allowance) -> Iterator[str]:
    if allowance.data_loss:
        return
    for change in plan.changes:
        if change.destroys and change.address.kind == "agent" and change.messages:
            yield (
                f"{change.address} has {change.messages} messages that would be lost; "
                "allow it with --allow-data-loss"
            )


def _cascades(plan: Plan, live: Live) -> Iterator[str]:
    """letta 0.16.8 deletes a sleeptime group and all its members with the group's manager."""
    ending = {change.id: change.address for change in plan.changes if change.destroys and change.id}
    names = {str(address): address for address in ending.values()}
    settled = {change.address for change in plan.changes}
    groups: list[tuple[Address | None, str, object]] = [
        (address, resource.id, resource.leaves.get("manager_agent"))
        for address, resource in live.resources.items()
        if address.kind == "group" and _cascades_on_delete(resource.leaves.get("manager_type"))
    ]
    groups += [
        (None, resource.id, resource.leaves.get("manager_agent"))
        for resource in live.unmanaged
        if resource.kind == "group" and _cascades_on_delete(resource.leaves.get("manager_type"))
    ]
    for address, id_, manager in groups:
        ends = ending.get(str(manager)) or names.get(str(manager))
        if ends is not None and address not in settled:
            yield (
                f"{ends} manages the sleeptime group {address or id_}; deleting it would make the server "
                "delete that group and all its members"
            )


def _in_use(plan: Plan, live: Live) -> Iterator[str]:
    """What still hangs on an agent that stays is not taken away from under it."""
    ending = {str(change.address): change for change in plan.changes if change.action is Action.DELETE}
    if not ending:
        return
    gone = {change.address for change in plan.changes if change.destroys}
    detached = {
        (operation.address, operation.target)
        for change in plan.changes
        for operation in change.operations
        if isinstance(operation, Detach)
    }
    for address, resource in sorted(live.resources.items()):
        if address.kind != "agent" or address in gone:
            continue
        for leaf in resource.leaves.values():
            if isinstance(leaf, str) and leaf in ending and (address, leaf) not in detached:
                yield f"{leaf} would be deleted but is still attached to {address}"


def _cascades_on_delete(manager_type: object) -> bool:
    return manager_type in ("sleeptime", "voice_sleeptime")
