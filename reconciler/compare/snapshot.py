"""Sets the whole of desired beside the whole of live.

In: Desired, Live and the scope of the run. Out: one Comparison for every address that is declared or is
ours on the server, in address order. Pure; it must not decide what to do about any of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.compare.field_change import FieldChange
from reconciler.compare.policy import ownership_of
from reconciler.compare.resource import BaseText, compare_resource, no_base_text
from reconciler.kinds import KINDS
from reconciler.values import (
    UNSET,
    Address,
    Desired,
    DesiredResource,
    Effect,
    Live,
    LiveResource,
    Ownership,
    Scope,
    Verdict,
    field_of,
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One address: what is wanted, what is there, and every compared leaf."""

    address: Address
    desired: DesiredResource | None
    live: LiveResource | None
    fields: tuple[FieldChange, ...] = ()


def compare(
    desired: Desired, live: Live, scope: Scope, base_text: BaseText = no_base_text
) -> Iterator[Comparison]:
    """Compare every address the scope covers, and what these need that does not exist yet."""
    out = left_out(desired, live, scope).keys()
    covered = {address for address in (*desired.resources, *live.resources) if scope.covers(address)} - out
    for address in sorted(_with_needed(covered, desired, live, scope), key=lambda address: address.order):
        yield _compare_one(address, desired.resources.get(address), live.resources.get(address), base_text)


def _with_needed(covered: set[Address], desired: Desired, live: Live, scope: Scope) -> set[Address]:
    """These addresses, and missing resources they need: without these nothing could be made."""
    if scope.is_everything:
        return covered
    wanted, pending = set(covered), [address for address in covered if address in desired.resources]
    while pending:
        for needed in desired.resources[pending.pop()].requires:
            if needed not in wanted and _is_missing(needed, desired, live) and not scope.excludes(needed):
                wanted.add(needed)
                pending.append(needed)
    return wanted


def left_out(desired: Desired, live: Live, scope: Scope) -> dict[Address, Address]:
    """What the run would be about but for something excluded it needs and the server lacks: which that is."""
    if not (scope.exclude or scope.withheld):
        return {}
    covered = {address for address in desired.resources if scope.covers(address)}
    wanted = _with_needed(covered, desired, live, scope)
    needing: dict[Address, list[Address]] = {}
    for address in wanted:
        for needed in (*desired.resources[address].requires, *filter(None, (address.parent,))):
            if _is_missing(needed, desired, live):
                needing.setdefault(needed, []).append(address)
    found: dict[Address, Address] = {}
    pending = sorted((needed, needed) for needed in needing if scope.excludes(needed))
    while pending:
        needed, excluded = pending.pop()
        for address in needing.get(needed, ()):
            if address not in found:
                found[address] = excluded
                pending.append((address, excluded))
    return found


def _is_missing(address: Address, desired: Desired, live: Live) -> bool:
    return address in desired.resources and address not in live.resources


def _compare_one(
    address: Address, desired: DesiredResource | None, live: LiveResource | None, base_text: BaseText
) -> Comparison:
    if desired is None:
        return Comparison(address, None, live)
    if live is None:
        return Comparison(address, desired, None, _all_new(desired))
    return Comparison(address, desired, live, compare_resource(KINDS[address.kind], desired, live, base_text))


def _all_new(desired: DesiredResource) -> tuple[FieldChange, ...]:
    """Every leaf a create would write: what is only observed, or must not be there, is left out."""
    by_name = KINDS[desired.address.kind].by_name
    changes = []
    for path, leaf in sorted(desired.leaves.items()):
        owner = ownership_of(by_name[field_of(path)], desired.policy, path)
        if owner not in (Ownership.OBSERVED, Ownership.ABSENT):
            changes.append(FieldChange(path, Verdict.INTENDED, owner, Effect.WRITE, UNSET, UNSET, leaf))
    return tuple(changes)
