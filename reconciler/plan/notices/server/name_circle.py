"""R237 `name-circle`: sources take each other's names, so no one of them can be renamed first.

In: what `names_taken` found. Out: one error for each circle. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.rules.notices import NAME_CIRCLE


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """Each at its first address."""
    for circle in compared.names.circles:
        desired = compared.comparisons[circle[0]].desired
        yield NOTICE.finds(
            where=desired.origins.get("name", desired.origin) if desired else None,
            address=circle[0],
            number=len(circle),
            round=" -> ".join(map(str, (*circle, circle[0]))),
        )


NOTICE = Notice(
    NAME_CIRCLE,
    message="{number} sources take each other's names: {round}",
    why="names of sources are unique on the server, so no one of them can be renamed first",
    fix="give one of them a name that is free, apply, and then the name it shall have",
    judge=judge,
)
