"""Looks at who is who: marks that are gone, copies, doubled records, and twins of one name.

In: what a plan would read, and agents that nobody marked. Out: findings. Pure. What a plan would say of it is
said in its words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from reconciler.doctor.finding import Finding, Health
from reconciler.errors import Diagnostic, Severity
from reconciler.plan.identity.handed_over import let_go
from reconciler.plan.notices.compared import Compared
from reconciler.plan.notices.notices import OF_IDENTITY, noticed
from reconciler.values import Address, Desired, Live, Scope

_CHECK = "identity"
_SHOWN = 5


def look_at_identity(
    live: Live, unmarked: Iterable[tuple[str, str]], desired: Desired | None = None
) -> Iterator[Finding]:
    """Every resource of ours bears its mark, nothing else does, and nothing else has its name; `unmarked` are
    name and id of agents, `desired` what is declared at the addresses that others took over."""
    given = let_go(desired, live, Scope()) if desired else frozenset[Address]()
    compared = Compared(desired or Desired(""), live, Scope(), given, live=live)
    found = [*map(_finding, noticed(compared, OF_IDENTITY)), *_lost_marks(live), *_twins(live, unmarked)]
    yield from found or (Finding(_CHECK, Health.FINE, "every resource of ours is known by its mark"),)


def _finding(of_plan: Diagnostic) -> Finding:
    health = Health.WARNING if of_plan.severity is Severity.WARNING else Health.ERROR
    place = f"{of_plan.address}: " if of_plan.address else ""
    return Finding(_CHECK, health, f"{place}{of_plan.titled}", of_plan.hint, of_plan.why)


def _lost_marks(live: Live) -> Iterator[Finding]:
    for address in sorted(live.unmarked):
        yield Finding(
            _CHECK,
            Health.WARNING,
            f"{address}: its mark is gone from {live.resources[address].id}",
            "reconciler apply restores it",
            "an app replaced its tags, metadata or description whole",
        )


def _twins(live: Live, unmarked: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """Agents of nobody that are called what one of ours is called; one that lost its mark is ours."""
    ours = {each.server_name: address for address, each in live.resources.items() if each.kind == "agent"}
    known = set(live.ids.values())
    others: dict[str, list[str]] = defaultdict(list)
    for name, server_id in unmarked:
        if name in ours and server_id not in known:
            others[name].append(server_id)
    for name, ids in sorted(others.items()):
        shown = ", ".join(ids[:_SHOWN])
        yield Finding(
            _CHECK,
            Health.WARNING,
            f"{ours[name]}: {shown} {'is' if len(ids) == 1 else 'are'} called {name!r}, too",
            f"if one of them is meant: reconciler adopt {ours[name]} ID",
            "names of agents are not unique, so a program that looks one up by its name may get the other",
        )
