"""R210 `same-group`: groups have no name; one that was let go is known by what it is made of.

In: declared groups that are not there, and groups of nobody. Out: one warning for each twin. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.rules.notices import SAME_GROUP
from reconciler.values import Leaves, field_of

_MAKE_UP = ("manager_type", "manager_agent", "agents")


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """In address order."""
    groups = [group for group in compared.live.unmanaged if group.kind == "group"]
    for address, each in compared.comparisons.items() if groups else ():
        if address.kind != "group" or each.desired is None or each.live is not None:
            continue
        made_of = _made_of(each.desired.leaves)
        for group in groups:
            if made_of == _made_of(group.leaves):
                yield NOTICE.finds(where=each.desired.origin, address=address, id=group.id)


def _made_of(leaves: Leaves) -> set[tuple[str, str]]:
    return {(field_of(path), str(leaf)) for path, leaf in leaves.items() if field_of(path) in _MAKE_UP}


NOTICE = Notice(
    SAME_GROUP,
    message="there is a group of the same agents already ({id}); this makes another one",
    why="nobody marked it as this one: it was let go, or somebody else made it",
    fix="if it is this one: reconciler adopt {address} {id}",
    judge=judge,
)
