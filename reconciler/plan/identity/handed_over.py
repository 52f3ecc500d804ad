"""What somebody else took over, by an `adopt` of theirs or by hand: once nobody here wants it, it is theirs.

In: what is desired and live. Out: the addresses a project lets go of, and live without them.
Pure. While the manifests declare such an address, a person has to say whose the resource is:
it is refused.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from reconciler.values import Address, Desired, Live, Ownership, Scope


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
