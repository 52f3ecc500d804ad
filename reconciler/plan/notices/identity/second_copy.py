"""R208 `second-copy`: a plan makes what another project has: after a project was renamed, that is everything.

In: changes, and what other projects have at their addresses. Out: one warning for each such project. Pure.
Two projects may well declare the same addresses on one server, so nothing is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from reconciler.errors import Diagnostic
from reconciler.plan.model import Action, Change
from reconciler.plan.notices.compared import Compared, Notice
from reconciler.rules.notices import SECOND_COPY
from reconciler.values import Address, Namesake


def judge(compared: Compared) -> Iterator[Diagnostic]:
    """One line for each other project."""
    return second_copies(compared.changes, compared.declared.project, compared.read.namesakes)


def second_copies(
    changes: Iterable[Change], project: str, namesakes: Mapping[Address, Namesake]
) -> Iterator[Diagnostic]:
    """One line for each other project; a list may have shown only some of what it has."""
    made: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        if change.action is Action.CREATE and change.address in namesakes:
            made[namesakes[change.address].project].append(change)
    for other, found in sorted(made.items()):
        first = min(found, key=lambda change: change.address.order)
        yield NOTICE.finds(
            where=first.origin,
            project=project,
            other=other,
            first=first.address,
            id=namesakes[first.address].id,
            more=", and so of others" if len(found) > 1 else "",
        )


NOTICE = Notice(
    SECOND_COPY,
    message="project {other!r} has {first} already ({id}): this makes a second one{more}",
    why="nothing there is marked as of project {project!r}; a project that gets another name finds nothing "
    "of what it made under the old one",
    fix="if the project was renamed: write `name: {other}` again, or take everything over: "
    "reconciler adopt --match-names --take-over; if both are meant, nothing has to be done",
    judge=judge,
)
