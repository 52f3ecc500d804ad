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
    wanted = _in_scope(desired, live, scope)
    present = {address for address in live.resources if scope.covers(address)}
    for address in sorted(wanted | present, key=lambda address: address.order):
        yield _compare_one(address, desired.resources.get(address), live.resources.get(address), base_text)


def _in_scope(desired: Desired, live: Live, scope: Scope) -> set[Address]:
    """Covered addresses, and missing resources they need: without these nothing could be made."""
    wanted = {address for address in desired.resources if scope.covers(address)}
    if scope.is_everything:
        return wanted
    pending = list(wanted)
    while pending:
        for needed in desired.resources[pending.pop()].requires:
            if needed not in wanted and needed not in live.resources and needed in desired.resources:
                wanted.add(needed)
                pending.append(needed)
    return wanted


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
