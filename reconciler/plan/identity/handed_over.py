"""What somebody else took over, by an `adopt` of theirs or by hand: once nobody here wants it, it is theirs.

In: what is desired and live. Out: the addresses a project lets go of, live without them, and one line for
each new owner. Pure. While the manifests declare such an address, a person has to say whose the resource is:
it is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace

from reconciler.errors import Diagnostic, Severity
from reconciler.values import Address, Desired, Live, Ownership, Scope

_NAMED = 5


def let_go(desired: Desired, live: Live, scope: Scope) -> frozenset[Address]:
    """Addresses of the run that nothing declares; one that must not exist is as if it were not declared."""
    return frozenset(each for each in live.handed_over if scope.covers(each) and not _wants(desired, each))


def _wants(desired: Desired, address: Address) -> bool:
    declared = (desired.resources.get(each) for each in (address, *desired.renames.path(address)))
    return any(each is not None and each.policy.default is not Ownership.ABSENT for each in declared)


def without(live: Live, gone: Collection[Address]) -> Live:
    """Live where nobody ever heard of these."""
    if not gone:
        return live
    return replace(
        live,
        refused={address: each for address, each in live.refused.items() if address not in gone},
        handed_over={address: each for address, each in live.handed_over.items() if address not in gone},
    )


def said(live: Live, gone: Collection[Address]) -> Iterator[Diagnostic]:
    """One line for each new owner."""
    by_owner: dict[str, list[Address]] = defaultdict(list)
    for address in sorted(gone):
        by_owner[live.handed_over[address].owner].append(address)
    for owner, addresses in sorted(by_owner.items()):
        first, several = addresses[0], len(addresses) > 1
        named = ", ".join(map(str, addresses[:_NAMED]))
        more = f" and {len(addresses) - _NAMED} more" if len(addresses) > _NAMED else ""
        what = f"{len(addresses)} resources bear" if several else "bears"
        yield Diagnostic(
            f"{what} the mark of {owner} and {'are' if several else 'is'} declared here no more: "
            f"this project lets go of {'them' if several else 'it'}",
            address="" if several else str(first),
            why=named + more if several else "what belongs to others is never changed",
            hint=f"to have {'one' if several else 'it'} back: declare it, then "
            f"reconciler adopt {first} {live.handed_over[first].id} --take-over",
            severity=Severity.WARNING,
        )
