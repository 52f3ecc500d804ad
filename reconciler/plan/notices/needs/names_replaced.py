"""R225 `names-replaced`: a resource must be told of a new id, but the person excluded it.

In: what is told of a new id beyond the run. Out: one error for each resource. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.rules.notices import NAMES_REPLACED


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In address order."""
    for comparison in sorted(compared.beyond, key=lambda each: each.address.order):
        if compared.scope.excludes(comparison.address):
            names = ", ".join(sorted({str(field.desired) for field in comparison.fields}))
            yield NOTICE.finds(address=comparison.address, names=names)


NOTICE = Notice(
    NAMES_REPLACED,
    message="names {names}, which is replaced, but is excluded from this run",
    why="it would go on naming the old one, which ends",
    fix="leave out --exclude, or exclude {names} as well",
    judge=judge,
)
