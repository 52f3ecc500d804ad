"""References of declared resources that cannot stand, each with the first thing that is wrong with it.

In: what is desired and live, and the comparisons. Out: edges, in the order of comparisons. Pure; it must not
say anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from reconciler.plan.notices.compared import Compared
from reconciler.values import Address, DesiredResource, Ownership


class Fault(Enum):
    """What is wrong."""

    ABSENT = "absent"
    CROSSING = "crossing"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class BrokenEdge:
    """A declared resource and what it needs."""

    resource: DesiredResource
    needed: Address
    fault: Fault


def broken_edges(compared: Compared, fault: Fault) -> Iterator[BrokenEdge]:
    """Those with this fault; what must not exist itself needs nothing."""
    for comparison in compared.comparisons.values():
        resource = comparison.desired
        if resource is None or resource.policy.default is Ownership.ABSENT:
            continue
        for needed in sorted(resource.requires) if len(resource.requires) > 1 else resource.requires:
            if _fault(compared, resource, needed) is fault:
                yield BrokenEdge(resource, needed, fault)


def _fault(compared: Compared, resource: DesiredResource, needed: Address) -> Fault | None:
    named = compared.desired.resources.get(needed)
    if named is not None and named.policy.default is Ownership.ABSENT:
        return Fault.ABSENT
    if not needed.owner.is_shared and needed.owner != resource.address.owner:
        return Fault.CROSSING
    live = compared.live
    known = (live.resources, live.duplicates, live.refused, compared.comparisons)
    return None if any(needed in each for each in known) else Fault.MISSING
