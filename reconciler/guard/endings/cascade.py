"""R104 `cascade`: the server deletes a sleeptime group, and all its members, with the group's manager.

In: a plan and the world. Out: one objection for each such group that the plan does not end first. Pure. What
the server itself made for an agent is the user's own: `background_agent` asks for that.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.guard.endings.managed_groups import managed_groups
from reconciler.guard.judged import Guard, Judged
from reconciler.rules import CASCADE


def judge(judged: Judged) -> Iterator[Diagnostic]:
    """Each group that would go without having been planned."""
    for each in managed_groups(judged):
        if each.ends_with_manager and not each.is_known:
            yield GUARD.finds(address=each.manager.address, group=each.address or each.group.id)


GUARD = Guard(
    CASCADE,
    message="{address} manages the sleeptime group {group}; deleting it would make the server delete that "
    "group and all its members",
    fix="give the group another manager, or end the group first",
    judge=judge,
)
