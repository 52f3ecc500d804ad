"""R203 `in-doubt`: a resource lost its mark, and neither its id nor its place tells that it is the one.

In: the world as it was read. Out: one refusal for each such address. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.plan.notices.identity.refused import refused
from reconciler.rules.notices import IN_DOUBT


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In the words of who read it."""
    live = compared.read
    for address, problem in refused(compared):
        if address not in live.handed_over and address not in live.strangers:
            yield NOTICE.tells(problem)


NOTICE = Notice(
    IN_DOUBT,
    message="ID may be this one, and what speaks against it",
    fix="if it is the one: reconciler adopt ADDRESS ID",
    judge=judge,
)
