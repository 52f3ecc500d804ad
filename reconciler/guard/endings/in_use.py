"""R105 `in-use`: what somebody still uses does not end from under them.

In: a plan and the world. Out: one objection for each use: by an agent that stays, by agents outside the plan,
by a group of others, or by a group that keeps its manager. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.guard.endings.managed_groups import managed_groups
from reconciler.guard.judged import Guard, Judged
from reconciler.plan.model import Action
from reconciler.rules import IN_USE
from reconciler.values import Detach, field_of

_SHOWN = 5
_OF_OTHERS = "the group {id}, which is not of this project"


def judge(judged: Judged) -> Iterator[Diagnostic]:
    """Managers first, then what is replaced, then what is deleted."""
    yield from _managing(judged)
    yield from _replaced_in_groups_of_others(judged)
    yield from _attached(judged)
    yield from _used_elsewhere(judged)
    yield from _deleted_in_groups_of_others(judged)


def _managing(judged: Judged) -> Iterator[Diagnostic]:
    """Managers of groups that stay."""
    for each in managed_groups(judged):
        if not each.ends_with_manager and each.manager.action is Action.DELETE:
            group = (
                _OF_OTHERS.format(id=each.group.id) if each.address is None else f"the group {each.address}"
            )
            yield GUARD.finds(
                address=each.manager.address,
                agent=f"{group}, as its manager",
                off="off",
            )


def _attached(judged: Judged) -> Iterator[Diagnostic]:
    """What still hangs on an agent that stays."""
    if not judged.ending:
        return
    gone = {change.address for change in judged.plan.changes if change.destroys}
    detached = {
        (operation.address, operation.target)
        for change in judged.plan.changes
        for operation in change.operations
        if isinstance(operation, Detach)
    }
    for address, resource in sorted(judged.live.resources.items()):
        if address.kind != "agent" or address in gone:
            continue
        for leaf in resource.leaves.values():
            if not isinstance(leaf, str) or leaf not in judged.ending:
                continue
            names = (leaf, judged.ending[leaf].id)  # what an unfinished replace left is taken off by its id
            if not any((address, name) in detached for name in names):
                yield GUARD.finds(address=leaf, agent=address, off="off")


def _used_elsewhere(judged: Judged) -> Iterator[Diagnostic]:
    """What agents outside the plan would lose without a word."""
    for change in judged.ending.values():
        if change.used_by:
            shown = ", ".join(change.used_by[:_SHOWN]) + (", …" if len(change.used_by) > _SHOWN else "")
            agents = f"{len(change.used_by)} agent{'' if len(change.used_by) == 1 else 's'}"
            user = f"{agents} outside this plan: {shown}"
            yield GUARD.finds(address=change.address, agent=user, off="off")


def _deleted_in_groups_of_others(judged: Judged) -> Iterator[Diagnostic]:
    """A group that is not ours would keep the id of a member that is no more, unless all its members end."""
    for group in judged.live.unmanaged if judged.ending else ():
        members = {str(leaf) for path, leaf in group.leaves.items() if field_of(path) == "agents"}
        if group.kind == "group" and members - judged.ending.keys():
            for address in sorted(members & judged.ending.keys()):
                user = _OF_OTHERS.format(id=group.id)
                yield GUARD.finds(address=address, agent=user, off="out")


def _replaced_in_groups_of_others(judged: Judged) -> Iterator[Diagnostic]:
    """Groups of somebody else that would keep the id of an agent that is no more."""
    ending = {str(change.address) for change in judged.plan.changes if change.action is Action.REPLACE}
    for group in judged.live.unmanaged if ending else ():
        if group.kind != "group":
            continue
        named = {str(leaf) for path, leaf in group.leaves.items() if path != "order"}
        for address in sorted(named & ending):
            user = _OF_OTHERS.format(id=group.id)
            yield GUARD.finds(address=address, agent=user, off="out")


GUARD = Guard(
    IN_USE,
    message="{address} would be deleted but is still attached to {agent}",
    fix="take it {off} there first",
    judge=judge,
)
