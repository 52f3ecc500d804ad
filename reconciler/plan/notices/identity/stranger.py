"""R204 `stranger`: what an apply made is gone, and something that no apply made bears its mark.

In: the world as it was read. Out: one refusal for each such address. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.plan.notices.identity.refused import refused
from reconciler.rules.notices import STRANGER


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In the words of who read it."""
    for address, problem in refused(compared):
        if address in compared.read.strangers and address not in compared.read.handed_over:
            yield NOTICE.tells(problem)


NOTICE = Notice(
    STRANGER,
    message="the one that was applied is gone, and ID bears its mark",
    fix="if it takes its place: reconciler adopt ADDRESS ID; if not: reconciler state disown ID",
    judge=judge,
)
