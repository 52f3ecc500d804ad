"""Whole sets that vanish from the manifests, and whole sets that appear in them.

In: comparisons. Out: owners. Pure; it must not guess which became which.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.plan.notices.compared import Compared
from reconciler.values import Owner


@dataclass(frozen=True, slots=True)
class WholeSets:
    """Owners of which nothing is declared any more, or nothing is there yet; `Owner()` is neither."""

    vanishing: frozenset[Owner]
    appearing: frozenset[Owner]
    going_on: frozenset[str]
    """Constellations that somebody had and has."""

    @property
    def all(self) -> frozenset[Owner]:
        """Both."""
        return self.vanishing | self.appearing


def whole_sets(compared: Compared) -> WholeSets:
    """See the class."""
    comparisons = compared.comparisons
    owners = {address.owner for address in comparisons} - {Owner()}
    declared = {address.owner for address, each in comparisons.items() if each.desired is not None}
    there = {address.owner for address, each in comparisons.items() if each.live is not None}
    going_on = frozenset(owner.constellation for owner in declared - (owners - there))
    return WholeSets(frozenset(owners - declared), frozenset(owners - there), going_on)
