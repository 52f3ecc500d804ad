"""R202 `duplicates`: several resources bear the mark of one address, and none is known to be the one.

In: the world under the addresses of the plan. Out: one error for each address. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.plan.notices.identity.copied_mark import named
from reconciler.rules.notices import DUPLICATES


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In address order."""
    for address, copies in sorted(compared.live.duplicates.items()):
        if compared.scope.covers(address):
            yield NOTICE.finds(address=address, number=len(copies), copies=named(copies))


NOTICE = Notice(
    DUPLICATES,
    message="{number} resources on the server carry the marker of this address: {copies}",
    why="one was copied from the other; nothing tells which is right, so none is touched",
    fix="delete the copy, or take its marker off",
    judge=judge,
)
