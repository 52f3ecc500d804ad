"""Members whose coming or going only repeats what is said of another resource.

In: a plan, what was deleted, and Live. Out: the places that need no saying. Pure.

A deleted resource is a member no more; a group goes on listing a deleted agent by its id (letta 0.16.8,
measured); a block under another label is missing under its own and extra under the other, though it never
came off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.drift.model import Deleted
from reconciler.plan.model import Finding, Plan
from reconciler.values import UNSET, Address, Live, LiveResource, field_of, item_of

Place = tuple[Address, str]


def place(finding: Finding) -> Place:
    """Which field of which resource a finding is about."""
    return finding.address, finding.field.path


def implied_by(plan: Plan, gone: Iterable[Deleted], live: Live) -> frozenset[Place]:
    """Every place that is told by a deletion or by the label of a block."""
    deleted = {str(each.address) for each in gone}
    by_id = {resource.id: resource for resource in live.resources.values()}
    members: dict[Address, list[Finding]] = {}
    for finding in (*plan.drift, *plan.learned):
        if finding.field.path.endswith("]"):
            members.setdefault(finding.address, []).append(finding)
    found: set[Place] = set()
    for address, moved in members.items():
        lost = [each for each in moved if each.field.live is UNSET]
        extra = [each for each in moved if each.field.desired is UNSET]
        ended = [each for each in lost if str(each.field.desired) in deleted]
        found.update(map(place, ended))
        found.update(_dangling(ended, extra))
        found.update(_relabelled(lost, extra, by_id.get(plan.ids.get(str(address), ""))))
    return frozenset(found)


def _dangling(ended: list[Finding], extra: list[Finding]) -> Iterator[Place]:
    """As many unknown members as were deleted; were there more, one may be a stranger, and all are said."""
    unknown = [each for each in extra if each.field.live == item_of(each.field.path)]
    if ended and ended[0].address.kind == "group" and len(unknown) == len(ended):
        yield from map(place, unknown)


def _relabelled(lost: list[Finding], extra: list[Finding], agent: LiveResource | None) -> Iterator[Place]:
    if agent is None:
        return
    attached = {leaf for path, leaf in agent.leaves.items() if field_of(path) == "blocks"}
    others = {each.field.live: place(each) for each in extra if isinstance(each.field.live, str)}
    for each in lost:
        target = each.field.desired
        if isinstance(target, str) and target in attached:
            yield place(each)
            if target in others:
                yield others[target]
