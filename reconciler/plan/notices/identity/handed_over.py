"""R205 `handed-over`: a declared resource bears the mark of somebody else by now.

In: the world as it was read. Out: one refusal for each such address. Pure. What is declared no more is let go
of instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.plan.notices.identity.refused import refused
from reconciler.rules.notices import HANDED_OVER


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In the words of who read it."""
    for address, problem in refused(compared):
        if address in compared.read.handed_over:
            yield NOTICE.tells(problem)


NOTICE = Notice(
    HANDED_OVER,
    message="ID is marked by somebody else now",
    fix="take it back: reconciler adopt ADDRESS ID --take-over; or leave it to them: take it, and what names "
    "it, out of the manifests, then apply",
    judge=judge,
)
