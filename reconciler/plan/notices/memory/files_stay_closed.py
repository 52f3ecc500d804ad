"""R243 `files-stay-closed`: somebody took a source off an agent; it is put back, and its files stay closed.

In: comparisons and what is live. Out: one warning for all agents. Pure. The server keeps what it took off an
agent as a deleted row that is in the way of a new one (letta 0.16.8, measured).
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.compare import FieldChange
from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.plan.notices.memory.file_paths_stay import has_files
from reconciler.plan.notices.memory.one_or_many import listed, place_of
from reconciler.rules.notices import FILES_STAY_CLOSED
from reconciler.values import UNSET, Address, Effect, field_of


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """One line for all of them."""
    found = {
        address: str(field.desired)
        for address, each in compared.comparisons.items()
        if address.kind == "agent" and each.live is not None
        for field in each.fields
        if _is_put_back(field)
        if has_files(compared.live.resources.get(Address.parse(str(field.desired))))
    }
    if not found:
        return
    is_one = len(found) == 1
    one, many = (
        f"gets {next(iter(found.values()))} back, and its",
        f"{len(found)} agents get back a source whose",
    )
    yield NOTICE.finds(
        address=place_of(found),
        back=one if is_one else many,
        them="it" if is_one else "them",
        which=listed(found),
    )


def _is_put_back(field: FieldChange) -> bool:
    is_back = field.live is UNSET and field.base is not UNSET and field.desired is not UNSET
    return is_back and field_of(field.path) == "sources" and field.effect is Effect.WRITE


NOTICE = Notice(
    FILES_STAY_CLOSED,
    message="{back} files stay closed to {them}",
    why="the server attaches a source that was taken off, but not its files again{which}",
    fix="semantic search finds them; an agent can open and grep a file again once it is uploaded anew, as "
    "when its text changes",
    judge=judge,
)
