"""R222 `needs-refused`: a resource is left out of the run as it needs one that is refused.

In: what the run leaves out. Out: one warning for each resource. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.rules.notices import NEEDS_REFUSED


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In address order."""
    for address, needed in sorted(compared.left_out.items()):
        if needed in compared.scope.withheld:
            yield NOTICE.finds(address=address, needed=needed)


NOTICE = Notice(
    NEEDS_REFUSED,
    message="left out: it needs {needed}, which is refused",
    fix="settle {needed} first; what to type is said there",
    judge=judge,
)
