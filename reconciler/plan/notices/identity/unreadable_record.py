"""R201 `unreadable-record`: a set whose record cannot be read; nothing is known of its ids.

In: the world as it was read. Out: one error for each set of the run. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.rules.notices import UNREADABLE_RECORD


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In the words of who read it."""
    live, scope = compared.read, compared.asked
    owners = {address.owner for address in live.resources if scope.covers(address)}
    for owner, problem in sorted(live.unreadable.items(), key=lambda item: str(item[0])):
        if owner in owners or scope.is_everything:
            yield NOTICE.tells(problem)


NOTICE = Notice(
    UNREADABLE_RECORD,
    message="the record of SET: what is wrong with it",
    fix="delete the block: the next apply writes the record anew from the marks",
    judge=judge,
)
