"""Judges a plan by the rules.

In: a plan with the limits of its project, the world, and what the person allowed. Out: nothing, or UnsafePlan
with every objection, its code, and how to allow it where that is possible. Pure; it must not change the plan.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from reconciler.errors import UnsafePlan
from reconciler.guard.counted_losses import ended_sets, losses_of
from reconciler.guard.groups import cascades, strangers
from reconciler.plan.identity.moved import as_planned
from reconciler.plan.identity.set_back import named
from reconciler.plan.model import Action, Change, Plan, Reason
from reconciler.plan.records.next_record import forgotten
from reconciler.rules import (
    CHANGE_PERCENT,
    DATA_LOSS,
    DELETES,
    ERRORS,
    IN_USE,
    OVERWRITES,
    PROTECTED,
    PRUNE_ALL,
    REBUILT,
    RESTORED,
    Allowance,
)
from reconciler.values import Address, Detach, Live, Owner, field_of

NOTHING = Allowance()
_SHOWN = 5


def check(plan: Plan, live: Live, allowance: Allowance = NOTHING) -> None:
    """UnsafePlan with all objections, or nothing."""
    rebuilt = _rebuilt(plan, live, allowance)
    live = as_planned(plan, live)
    objections = [
        *_errors(plan),
        *_protected(plan),
        *_data_loss(plan, allowance),
        *cascades(plan, live, allowance),
        *strangers(plan, live),
        *_in_use(plan, live),
        *_used_elsewhere(plan),
        *_in_groups_of_others(plan, live),
        *_too_much(plan, live, allowance),
        *_too_large_a_part(plan, allowance),
        *_prune_all(plan, allowance),
        *rebuilt,
        *_restored(live, allowance),
    ]
    if objections:
        raise UnsafePlan(
            "this plan is not applied:\n" + "\n".join(f"  - {objection}" for objection in objections)
        )


def _errors(plan: Plan) -> Iterator[str]:
    if plan.has_errors:
        yield ERRORS.say()


def _protected(plan: Plan) -> Iterator[str]:
    for change in plan.changes:
        if change.destroys and change.protected:
            yield PROTECTED.say(address=change.address)


def _rebuilt(plan: Plan, live: Live, allowance: Allowance) -> list[str]:
    """What ends because nobody declares it, where a lost record may have protected it."""
    if allowance.covers(REBUILT):
        return []
    lost = forgotten(live) | {owner for owner, record in live.records.items() if record.rebuilt}
    ending = {
        owner
        for change in plan.changes
        if change.action is Action.DELETE and change.reason in (Reason.NOT_DECLARED, Reason.DESTROY)
        for owner in {address.owner for address in change.addresses}
    }
    return [REBUILT.say(owner=owner) for owner in sorted(ending & lost, key=str)]


def _restored(live: Live, allowance: Allowance) -> Iterator[str]:
    if live.set_back and not allowance.covers(RESTORED):
        yield RESTORED.say(sets=named(live))


def _data_loss(plan: Plan, allowance: Allowance) -> Iterator[str]:
    if allowance.covers(DATA_LOSS):
        return
    for change in plan.changes:
        if change.loses_data:
            held = {"messages": change.messages, "archival passages": change.passages}
            named = " and ".join(f"{number} {what}" for what, number in held.items() if number)
            yield DATA_LOSS.say(address=change.address, held=named)


def _too_much(plan: Plan, live: Live, allowance: Allowance) -> Iterator[str]:
    losses = losses_of(plan, live)
    limit = allowance.limit(DELETES, plan.limits.max_deletes)
    ending = (
        (len(losses.sets), "user's set", "users' sets"),
        (len(losses.agents), "agent", "agents"),
        (len(losses.shared), "shared resource", "shared resources"),
    )
    for number, one, many in ending:
        if limit is not None and number > limit:
            yield DELETES.say(found=number, what=one if number == 1 else many, limit=limit)
    limit = allowance.limit(OVERWRITES, plan.limits.max_overwrites)
    if limit is not None and len(losses.overwrites) > limit:
        yield OVERWRITES.say(found=len(losses.overwrites), limit=limit)


def _too_large_a_part(plan: Plan, allowance: Allowance) -> Iterator[str]:
    limit = allowance.limit(CHANGE_PERCENT, plan.limits.max_change_percent)
    changed = sum(map(_touches, plan.changes))
    if limit is not None and 100 * changed > limit * plan.compared:
        percent = 100 * changed / plan.compared if plan.compared else 100.0
        yield CHANGE_PERCENT.say(
            changed=changed,
            compared=plan.compared,
            percent=percent,
            limit=limit,
            found=math.ceil(percent),
        )


def _touches(change: Change) -> bool:
    """Whether something that is there changes, and not because a person asked for its end."""
    harmless = change.reason in _HARMLESS
    return change.action is not Action.CREATE and not harmless


_HARMLESS = (Reason.MARKER_OUTDATED, Reason.CANNOT_UNSET, Reason.DESTROY, Reason.MARK_LOST)


def _prune_all(plan: Plan, allowance: Allowance) -> Iterator[str]:
    """Only a run about the whole project can say that nothing, or nobody, would be left."""
    is_prune = any(change.reason is Reason.NOT_DECLARED and change.destroys for change in plan.changes)
    if not is_prune or not plan.is_whole or allowance.covers(PRUNE_ALL):
        return
    if plan.count(Action.DELETE) >= plan.compared:
        yield PRUNE_ALL.say(what="everything there is")
        return
    gone = set(ended_sets(plan))
    if len(gone) > 1 and gone == _users(plan):
        yield PRUNE_ALL.say(what=f"the sets of all {len(gone)} users")


def _users(plan: Plan) -> set[Owner]:
    owners = {Address.parse(text).owner for text in plan.ids} | {
        change.address.owner for change in plan.changes
    }
    return owners - {Owner()}


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
            if not isinstance(leaf, str) or leaf not in ending:
                continue
            names = (leaf, ending[leaf].id)  # what an unfinished replace left is taken off by its id
            if not any((address, name) in detached for name in names):
                yield IN_USE.say(address=leaf, agent=address)


def _used_elsewhere(plan: Plan) -> Iterator[str]:
    """What agents outside the plan would lose without a word."""
    for change in plan.changes:
        if change.used_by and change.action is Action.DELETE:
            shown = ", ".join(change.used_by[:_SHOWN]) + (", …" if len(change.used_by) > _SHOWN else "")
            agents = f"{len(change.used_by)} agent{'' if len(change.used_by) == 1 else 's'}"
            user = f"{agents} outside this plan: {shown}; take it off there first"
            yield IN_USE.say(address=change.address, agent=user)


def _in_groups_of_others(plan: Plan, live: Live) -> Iterator[str]:
    """A group that is not ours would keep the id of a member that is no more, unless all its members end."""
    ending = {str(change.address) for change in plan.changes if change.action is Action.DELETE}
    for group in live.unmanaged if ending else ():
        members = {str(leaf) for path, leaf in group.leaves.items() if field_of(path) == "agents"}
        if group.kind == "group" and members - ending:
            for address in sorted(members & ending):
                user = f"the group {group.id}, which is not of this project; take it out there first"
                yield IN_USE.say(address=address, agent=user)
