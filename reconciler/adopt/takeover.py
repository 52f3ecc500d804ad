"""From matches to a plan that writes markers, and the plan that would follow it.

In: what is declared, a survey and matches. Out: both plans. Pure. The marker says of each field that is right
already that it was applied, so that the plan that follows shows real differences only: policy that will be
written, memory that will be kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.compare import FieldChange, compare
from reconciler.errors import Diagnostic, Severity
from reconciler.kinds import KINDS
from reconciler.plan import Action, Change, Plan, Reason, make_plan
from reconciler.plan.order import in_order
from reconciler.plan.records.next_record import with_sets
from reconciler.remote import Survey
from reconciler.remote.marks.markers import KEPT_TAGS, agent_tags, conventional_tags, tool_tags
from reconciler.values import (
    UNSET,
    Address,
    Desired,
    Effect,
    LiveResource,
    Marker,
    Ownership,
    Scope,
    Update,
    Verdict,
    digest,
    field_of,
    item_path,
    key_path,
    same,
)

_MARKED = frozenset({"tags", "metadata", "description"})
THEIRS = "the mark of its owner until now"


@dataclass(frozen=True, slots=True)
class Adoption:
    """What is written now, and what an apply would do next to the same resources."""

    plan: Plan
    then: Plan


def take_over(desired: Desired, survey: Survey, found: Mapping[Address, LiveResource]) -> Adoption:
    """Adopt what was found; nothing but its marker is written."""
    bare = {live.id: Marker(desired.project, address) for address, live in found.items()}
    markers = _settled(desired, survey.marked(bare), bare)
    after = survey.marked(markers)
    changes = in_order(
        replace(
            _adopt(address, after.resources[live.id], desired, _own_tags(survey, address, live)),
            fields=tuple(_taken_off(live, after.resources[live.id])),
        )
        for address, live in found.items()
    )
    then = make_plan(desired, after.live(desired), Scope())
    ids = {**then.ids, **{str(address): live.id for address, live in found.items()}}
    warnings = _detached(then, survey, found)
    plan = Plan(project=desired.project, changes=changes, ids=ids, diagnostics=tuple(warnings))
    plan = with_sets(plan, after.live(desired))
    return Adoption(plan, _about(then, found))


def _settled(desired: Desired, survey: Survey, bare: Mapping[str, Marker]) -> dict[str, Marker]:
    """Markers that know which fields are as declared already."""
    ids = {marker.address: server_id for server_id, marker in bare.items()}
    markers = dict(bare)
    for comparison in compare(desired, survey.live(desired), Scope()):
        server_id = ids.get(comparison.address)
        if server_id is not None:
            base = {
                field.path: digest(field.desired)
                for field in comparison.fields
                if field.effect is Effect.RECORD and field.desired is not UNSET
            }
            markers[server_id] = replace(bare[server_id], base=base)
    return markers


def _taken_off(before: LiveResource, after: LiveResource) -> Iterator[FieldChange]:
    """The mark of another owner, which ours takes the place of; nothing where there is none."""
    marker = after.marker
    tags = (*agent_tags(marker), *tool_tags(marker)) if marker else ()
    ours = {item_path("tags", tag) for tag in tags}
    for path, leaf in sorted(before.leaves.items()):
        left = after.leaves.get(path, UNSET)
        if field_of(path) in _MARKED and path not in ours and not same(leaf, left):
            enforced = Ownership.ENFORCED
            yield FieldChange(path, Verdict.INTENDED, enforced, Effect.WRITE, UNSET, leaf, left, note=THEIRS)


def _own_tags(survey: Survey, address: Address, live: LiveResource) -> list[str]:
    """Tags of the multi-user convention that an agent has from its app, not from any of us."""
    if address.kind != "agent" or address.owner.is_shared or live.id in survey.owners:
        return []
    return [tag for tag in conventional_tags(address.owner) if item_path("tags", tag) in live.leaves]


def _adopt(address: Address, live: LiveResource, desired: Desired, own_tags: list[str]) -> Change:
    """The marker's own fields are sent whole, as they are; what is to stay after it is noted."""
    kind = KINDS[address.kind]
    sent = set(kind.by_name) if address.kind == "group" else kind.marker_fields
    after = {path: leaf for path, leaf in live.leaves.items() if field_of(path) in sent}
    if own_tags:
        after[key_path("metadata", KEPT_TAGS)] = list(own_tags)
    return Change(
        address,
        Action.ADOPT,
        Reason.ADOPTED,
        server_name=live.server_name or address.name,
        id=live.id,
        operations=(Update(address, live.id, frozenset(), after, live.marker),),
        fingerprint=live.fingerprint,
        messages=live.messages,
        origin=desired.resources[address].origin,
    )


def _about(plan: Plan, found: Mapping[Address, LiveResource]) -> Plan:
    """The part of a plan that is about what was adopted and what hangs on it."""

    def is_about(address: Address) -> bool:
        return address in found or address.parent in found

    return replace(
        plan,
        changes=tuple(each for each in plan.changes if is_about(each.address)),
        kept=tuple(each for each in plan.kept if is_about(each.address)),
        drift=tuple(each for each in plan.drift if is_about(each.address)),
        learned=tuple(each for each in plan.learned if is_about(each.address)),
        conflicts=tuple(each for each in plan.conflicts if is_about(each.address)),
        diagnostics=tuple(each for each in plan.diagnostics if each.address in set(map(str, found))),
        compared=len(found),
    )


def _detached(then: Plan, survey: Survey, found: Mapping[Address, LiveResource]) -> list[Diagnostic]:
    """What an apply would take off an adopted agent to put something new of the same label there."""
    warnings = []
    for change in then.changes:
        for field in change.fields if change.address in found else ():
            old = survey.resources.get(str(field.live)) if field_of(field.path) == "blocks" else None
            if old is not None and field.effect is Effect.WRITE:
                warnings.append(
                    Diagnostic(
                        f"an apply would take block {old.server_name!r} ({old.id}) off this agent",
                        address=str(change.address),
                        why=f"the manifests want {field.desired} there, which is not on the server",
                        hint=f"adopt it too: reconciler adopt {field.desired} {old.id}",
                        severity=Severity.WARNING,
                    )
                )
    return warnings
