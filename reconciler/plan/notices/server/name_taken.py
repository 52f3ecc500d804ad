"""R235 `name-taken`: a source or tool is to be made, and something not of this project has its name.

In: declared resources that are not there, and what is unmanaged. Out: one error for each. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.rules.notices import NAME_TAKEN

_UNIQUE = ("source", "tool")


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In the order of comparisons."""
    for address, each in compared.comparisons.items():
        if address.kind not in _UNIQUE or each.desired is None or each.live is not None:
            continue
        taken = compared.unmanaged.get((address.kind, each.desired.server_name))
        if taken is not None:
            yield NOTICE.finds(
                where=each.desired.origin,
                address=address,
                kind=address.kind,
                name=each.desired.server_name,
                id=taken.id,
            )


NOTICE = Notice(
    NAME_TAKEN,
    message="the server has a {kind} called {name!r} ({id}) not of this project",
    why="names of {kind}s are unique on the server, and foreign ones are never changed",
    fix="choose another name, or take it over: reconciler adopt {address} {id}",
    judge=judge,
)
