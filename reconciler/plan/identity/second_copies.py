"""Says what a plan makes although another project has it: after a project was renamed, that is everything.

In: changes, and what other projects have at their addresses. Out: one warning for each such project. Pure.
Two projects may well declare the same addresses on one server, so nothing is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from reconciler.errors import Diagnostic, Severity
from reconciler.plan.model import Action, Change
from reconciler.values import Address, Namesake


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
        theirs = namesakes[first.address]
        yield Diagnostic(
            f"project {other!r} has {first.address} already ({theirs.id}): this makes a second one"
            + (", and so of others" if len(found) > 1 else ""),
            where=first.origin,
            why=f"nothing there is marked as of project {project!r}; a project that gets another name finds "
            "nothing of what it made under the old one",
            hint=f"if the project was renamed: write `name: {other}` again, or take everything over: "
            "reconciler adopt --match-names --take-over; if both are meant, nothing has to be done",
            severity=Severity.WARNING,
        )
