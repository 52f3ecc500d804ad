"""R207 `copied-mark`: a copy bears the mark of a resource that is known by its id.

In: the world as it was read. Out: one warning for each address. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.rules.notices import COPIED_MARK
from reconciler.values import LiveResource


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In address order."""
    for address, found in sorted(compared.read.copies.items()):
        if compared.asked.covers(address):
            yield NOTICE.finds(address=address, copies=named(found), first=found[0].id)


def named(copies: Iterable[LiveResource]) -> str:
    """Resources by name and id, in one line."""
    return ", ".join(sorted(f"{copy.server_name or copy.kind} ({copy.id})" for copy in copies))


NOTICE = Notice(
    COPIED_MARK,
    message="bears a copy of its mark, and stays as it is: {copies}",
    why="an app imported or copied the resource; the one that was applied is known by its id",
    fix="take the mark off the copy: reconciler state disown {first}",
    judge=judge,
)
