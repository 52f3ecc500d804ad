"""R114 `background-agent`: what `enable_sleeptime` made the server make ends with its agent.

In: a plan and the world. Out: one objection for each agent that takes one along. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.guard.endings.managed_groups import managed_groups
from reconciler.guard.judged import Guard, Judged
from reconciler.rules import BACKGROUND


def judge(judged: Judged) -> Iterator[Diagnostic]:
    """Each agent, with what goes along."""
    for each in managed_groups(judged):
        if each.ends_with_manager and each.is_known:
            yield GUARD.finds(address=each.manager.address, along=", ".join(each.manager.takes_along))


GUARD = Guard(
    BACKGROUND,
    message="{address} takes along what the server made for it when somebody turned on enable_sleeptime; it "
    "belongs to the same user: {along}",
    fix="",
    judge=judge,
)
