"""R224 `needs-missing`: a resource needs one that is not there and that the run does not make.

In: what is desired and live. Out: one error for each reference. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.plan.notices.needs.broken_edges import Fault, broken_edges
from reconciler.rules.notices import NEEDS_MISSING


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In the order of comparisons."""
    for edge in broken_edges(compared, Fault.MISSING):
        is_declared = edge.needed in compared.desired.resources
        yield NOTICE.finds(
            where=edge.resource.origin,
            address=edge.resource.address,
            needed=edge.needed,
            target_or_declare=f"add --target {edge.needed}" if is_declared else "declare it",
        )


NOTICE = Notice(
    NEEDS_MISSING,
    message="needs {needed}, which does not exist and is outside this run",
    fix="{target_or_declare}",
    judge=judge,
)
