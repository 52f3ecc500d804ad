"""R214 `block-elsewhere`: blocks of one label vanish at one place of a set and appear at another.

Private ones become shared, the other way round, or go to another agent. In: comparisons. Out: one warning for
each such move, however many users it is about. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from reconciler.compare import Comparison
from reconciler.errors import Diagnostic
from reconciler.plan.identity.replacing import is_superseded
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.plan.notices.identity.vanishing import whole_sets
from reconciler.rules.notices import BLOCK_ELSEWHERE
from reconciler.values import Address, Owner


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """The same question for many users is asked once."""
    if compared.options.destroy:
        return
    asked: dict[tuple[str, str], list[Owner]] = {}
    for owner, gone, new in _moving_labels(compared.comparisons, whole_sets(compared).all):
        asked.setdefault((_places(gone), _places(new)), []).append(owner)
    for (old, names), owners in sorted(asked.items()):
        yield NOTICE.finds(
            old=old,
            new=names,
            of=str(owners[0]) if len(owners) == 1 else f"{len(owners)} sets",
            are="are" if "," in old else "is",
            first=old.partition(", ")[0],
            there=names.partition(", ")[0],
        )


def _moving_labels(
    comparisons: Mapping[Address, Comparison], whole: Set[Owner]
) -> Iterator[tuple[Owner, list[Address], list[Address]]]:
    """What vanishes and what appears under one label, except where only agents come and go with it: then it
    is the agents that are asked about."""
    labels: dict[tuple[Owner, str], tuple[list[Address], list[Address]]] = {}
    for address, each in comparisons.items():
        if address.kind != "block" or address.owner in whole or is_superseded(address):
            continue
        gone, new = labels.setdefault((address.owner, address.name), ([], []))
        if each.desired is None:
            gone.append(address)
        elif each.live is None:
            new.append(address)
    staying = {a for a, each in comparisons.items() if each.desired is not None and each.live is not None}
    for (owner, _), (gone, new) in labels.items():
        if gone and new and any(each.parent is None or each.parent in staying for each in (*gone, *new)):
            yield owner, gone, new


def _places(blocks: list[Address]) -> str:
    """The blocks as `moved` names them."""
    return ", ".join(
        f"agent/{each.agent}/block/{each.name}" if each.agent else f"block/{each.name}" for each in blocks
    )


NOTICE = Notice(
    BLOCK_ELSEWHERE,
    message="{old} of {of} {are} no longer declared, and {new} is new",
    why="without a move the new starts with the seed, and what was learned stays behind",
    fix="if it is the same memory, write it down: moved: [{{from: {first}, to: {there}}}]",
    judge=judge,
)
