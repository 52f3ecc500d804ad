"""R215 `lost-mark`: an app took the marks off resources of ours, and the next apply restores them.

In: what a report is drawn from. Out: one warning for all of them. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.drift.reported import Reported
from reconciler.errors import Diagnostic
from reconciler.plan.model import Reason
from reconciler.rules import Check
from reconciler.rules.notices import LOST_MARK


def judge(reported: Reported) -> Iterator[Diagnostic]:
    """One line for all of them."""
    lost = [change.address for change in reported.plan.changes if change.reason is Reason.MARK_LOST]
    if lost:
        several = len(lost) > 1
        yield NOTICE.finds(
            address="" if several else lost[0],
            marks="marks" if several else "mark",
            resources=f"{len(lost)} resource{'s are' if several else ' is'}",
            which=f": {lost[0]} and others" if several else "",
        )


NOTICE: Check[Reported] = Check(
    LOST_MARK,
    message="the {marks} of {resources} gone",
    why="an app replaced tags, metadata or a description whole{which}",
    fix="the next apply restores them; the resources are known by their ids",
    judge=judge,
)
