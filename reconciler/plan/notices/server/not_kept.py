"""R245 `not-kept`: something was applied as declared, and the server does not keep it.

In: comparisons, and what the record of each set notes of earlier writes. Out: one warning for each path,
however many resources have it. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.compare.resource import is_not_kept
from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.rules.notices import NOT_KEPT as RULE
from reconciler.values import NOT_KEPT, DesiredResource, field_of


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In the order of paths, at the first resource that has one."""
    found: dict[str, list[DesiredResource]] = {}
    for each in compared.comparisons.values():
        if each.desired is None or each.live is None or each.live.marker is None:
            continue
        for path, noted in each.live.marker.base.items():
            leaf = each.desired.leaves.get(path) if noted.startswith(NOT_KEPT) else None
            if leaf is not None and is_not_kept(path, leaf, each.desired, each.live):
                found.setdefault(path, []).append(each.desired)
    for path, resources in sorted(found.items()):
        first = resources[0]
        yield NOTICE.finds(
            where=first.origins.get(field_of(path), first.origin),
            address=first.address,
            path=path,
            number=len(resources),
        )


NOTICE = Notice(
    RULE,
    message="the server does not keep {path}",
    why="applied to {number:,} as declared; the server has another value there, or none",
    fix="take it out of the manifest; it is not sent again as it is",
    judge=judge,
)
