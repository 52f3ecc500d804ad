"""Looks at who is who: marks that are gone, copies, doubled records, and twins of one name.

In: what a plan would read, and everything else on the server. Out: findings. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from reconciler.doctor.finding import Finding, Health
from reconciler.values import Address, Live, LiveResource

_CHECK = "identity"
_SHOWN = 5


def look_at_identity(live: Live, everything: Iterable[LiveResource]) -> Iterator[Finding]:
    """Every resource of ours bears its mark, nothing else does, and nothing else has its name."""
    found = [*_unclear(live), *_lost_marks(live), *_copies(live), *_twins(live, everything)]
    yield from found or (Finding(_CHECK, Health.FINE, "every resource of ours is known by its mark"),)


def _unclear(live: Live) -> Iterator[Finding]:
    for owner, problem in sorted(live.unreadable.items(), key=lambda item: str(item[0])):
        yield Finding(_CHECK, Health.ERROR, f"{owner}: {problem.summary}", problem.hint, problem.why)
    for address, problem in sorted(live.refused.items()):
        yield Finding(_CHECK, Health.ERROR, f"{address}: {problem.summary}", problem.hint, problem.why)
    for address, bearers in sorted(live.duplicates.items()):
        yield Finding(
            _CHECK,
            Health.ERROR,
            f"{address}: {_named(bearers)} bear its mark, and nothing tells which is right",
            "delete the copy, or take its mark off: reconciler state disown ID",
        )


def _lost_marks(live: Live) -> Iterator[Finding]:
    for address in sorted(live.unmarked):
        yield Finding(
            _CHECK,
            Health.WARNING,
            f"{address}: its mark is gone from {live.resources[address].id}",
            "reconciler apply restores it",
            "an app replaced its tags, metadata or description whole",
        )


def _copies(live: Live) -> Iterator[Finding]:
    for address, bearers in sorted(live.copies.items()):
        yield Finding(
            _CHECK,
            Health.WARNING,
            f"{address}: a copy bears its mark and stays as it is: {_named(bearers)}",
            f"reconciler state disown {bearers[0].id}",
            "an app imported or copied the resource",
        )


def _twins(live: Live, everything: Iterable[LiveResource]) -> Iterator[Finding]:
    """Agents of others that are called what one of ours is called; copies are named already."""
    ours = {each.server_name: address for address, each in live.resources.items() if each.kind == "agent"}
    told = {each.id for found in (live.copies, live.duplicates) for each in _all(found)} | set(
        live.ids.values()
    )
    others: dict[str, list[LiveResource]] = defaultdict(list)
    for each in everything:
        if each.kind == "agent" and each.server_name in ours and each.id not in told:
            others[each.server_name].append(each)
    for name, found in sorted(others.items()):
        shown = ", ".join(sorted(each.id for each in found)[:_SHOWN])
        yield Finding(
            _CHECK,
            Health.WARNING,
            f"{ours[name]}: {shown} {'is' if len(found) == 1 else 'are'} called {name!r}, too",
            f"if one of them is meant: reconciler adopt {ours[name]} ID",
            "names of agents are not unique, so a program that looks one up by its name may get the other",
        )


def _all(found: Mapping[Address, tuple[LiveResource, ...]]) -> Iterator[LiveResource]:
    return (each for resources in found.values() for each in resources)


def _named(found: Iterable[LiveResource]) -> str:
    return ", ".join(sorted(f"{each.server_name or each.kind} ({each.id})" for each in found))
