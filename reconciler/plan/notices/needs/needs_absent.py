"""R223 `needs-absent`: a resource names one that must not exist.

In: what is desired. Out: one error for each reference. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.plan.notices.needs.broken_edges import Fault, broken_edges
from reconciler.rules.notices import NEEDS_ABSENT


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In the order of comparisons."""
    for edge in broken_edges(compared, Fault.ABSENT):
        yield NOTICE.finds(
            where=edge.resource.origin,
            address=edge.resource.address,
            needed=edge.needed,
            place=compared.desired.resources[edge.needed].origin,
        )


NOTICE = Notice(
    NEEDS_ABSENT,
    message="needs {needed}, which must not exist",
    why="its ownership is absent, see {place}",
    fix="take it out of what names it as well; of one user alone: in the same overrides",
    judge=judge,
)
