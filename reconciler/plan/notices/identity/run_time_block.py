"""R211 `run-time-block`: a block of a declared label was made at run time, and cannot be taken over in place.

In: what `take_over` left. Out: one error for each address. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.rules.notices import RUN_TIME_BLOCK


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In address order, with all blocks that could be meant."""
    for each in compared.contested:
        held = sorted(each.held)
        yield NOTICE.finds(
            where=each.origin,
            address=each.address,
            label=each.address.name,
            problem=each.problem,
            held=", ".join(held),
            first=held[0],
        )


NOTICE = Notice(
    RUN_TIME_BLOCK,
    message="{label!r} was made at run time and is declared now, but {problem}: {held}",
    why="the seed would take its place, and its text would hang nowhere",
    fix="detach it there, declare another name, or say which it is: reconciler adopt {address} {first}",
    judge=judge,
)
