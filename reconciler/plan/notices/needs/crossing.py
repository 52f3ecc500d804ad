"""R112 `crossing`: a declared reference from one user's resource to another user's.

In: what is desired. Out: one error for each reference. Pure. One that was found live is drift instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.plan.notices.needs.broken_edges import Fault, broken_edges
from reconciler.rules import CROSSING


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In the order of comparisons."""
    for edge in broken_edges(compared, Fault.CROSSING):
        yield NOTICE.finds(where=edge.resource.origin, address=edge.resource.address, needed=edge.needed)


NOTICE = Notice(
    CROSSING,
    message="refers to {needed}, which belongs to another user",
    why="the server does not keep users apart on attachments, so a plan must",
    fix="declare it for this user, or under kind: Shared",
    judge=judge,
)
