"""R236 `name-in-use`: a source takes a name which another one bears and does not give up.

In: what `names_taken` found. Out: one error for each. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.rules.notices import NAME_IN_USE


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In the order of comparisons."""
    for held in compared.names.held:
        yield NOTICE.finds(
            where=held.origin,
            address=held.address,
            name=held.name,
            id=held.id,
            whose=held.whose,
            way=held.way,
        )


NOTICE = Notice(
    NAME_IN_USE,
    message="the server has a source called {name!r} ({id}), {whose}",
    why="names of sources are unique on the server, and this one does not give it up",
    fix="choose another name, or {way}",
    judge=judge,
)
