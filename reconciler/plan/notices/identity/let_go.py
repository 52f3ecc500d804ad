"""R206 `let-go`: what somebody else took over is declared here no more, so this project lets go of it.

In: the world as it was read. Out: one warning for each new owner. Pure. A program is not told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.rules.notices import LET_GO
from reconciler.values import Address

_NAMED = 5


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """One line for each new owner."""
    by_owner: dict[str, list[Address]] = defaultdict(list)
    for address in sorted(compared.let_go if not compared.options.by_program else ()):
        by_owner[compared.read.handed_over[address].owner].append(address)
    for owner, addresses in sorted(by_owner.items()):
        yield _of(owner, addresses, compared.read.handed_over[addresses[0]].id)


def _of(owner: str, addresses: list[Address], first_id: str) -> Diagnostic:
    first, several = addresses[0], len(addresses) > 1
    named = ", ".join(map(str, addresses[:_NAMED]))
    more = f" and {len(addresses) - _NAMED} more" if len(addresses) > _NAMED else ""
    return NOTICE.finds(
        address="" if several else first,
        owner=owner,
        what=f"{len(addresses)} resources bear" if several else "bears",
        are="are" if several else "is",
        them="them" if several else "it",
        which=named + more if several else "what belongs to others is never changed",
        one="one" if several else "it",
        first=first,
        id=first_id,
    )


NOTICE = Notice(
    LET_GO,
    message="{what} the mark of {owner} and {are} declared here no more: this project lets go of {them}",
    why="{which}",
    fix="to have {one} back: declare it, then reconciler adopt {first} {id} --take-over",
    judge=judge,
)
