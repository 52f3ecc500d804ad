"""What a person has seen and settled: a learned value or a conflict that is not told again until it moves.

In: comparisons, and what the records hold as accepted. Out: comparisons without what is settled; and the
records that hold more of it. Pure. A value counts as moved when the live or the declared one is another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.compare import Comparison, FieldChange
from reconciler.plan.model import Finding, Plan, RecordChange
from reconciler.values import UNSET, Address, Desired, Effect, Live, Owner, SetRecord, Verdict, digest

_STAYS = (Effect.KEEP, Effect.MERGE)
"""Effects of which nothing is written."""


def without_accepted(comparison: Comparison, desired: Desired, live: Live) -> Comparison:
    """The comparison without the fields a person has settled, as the record of the set says."""
    if not comparison.fields:
        return comparison  # nearly every resource of a large project
    settled = _settled(comparison.address, desired, live)
    fields = tuple(each for each in comparison.fields if not _is_settled(each, settled))
    return replace(comparison, fields=fields)


def acceptable(plan: Plan) -> tuple[Finding, ...]:
    """What of a plan a person can settle: nothing of it is written by an apply."""
    found = (*plan.learned, *plan.conflicts)
    return tuple(each for each in found if _can_be_settled(each.field))


def accepting(plan: Plan, live: Live, chosen: Iterable[Finding]) -> Plan:
    """A plan that does nothing but note these findings in the records of their sets, which must be there."""
    settled: dict[Owner, dict[Address, dict[str, str]]] = {}
    for finding in chosen:
        of_set = settled.setdefault(finding.address.owner, {})
        of_set.setdefault(finding.address, {})[finding.field.path] = _digest(finding.field)
    records = tuple(_noting(live.records[owner], settled[owner]) for owner in sorted(settled, key=str))
    return Plan(project=plan.project, records=records, reads=plan.reads, server=plan.server)


def _noting(before: SetRecord, settled: Mapping[Address, Mapping[str, str]]) -> RecordChange:
    more = {address: {**before.accepted.get(address, {}), **paths} for address, paths in settled.items()}
    return RecordChange(before, replace(before, accepted={**before.accepted, **more}))


def _settled(address: Address, desired: Desired, live: Live) -> Mapping[str, str]:
    """Path to digest, under the address of now or one it had before."""
    for name in (address, *desired.renames.before(address)):
        record = live.records.get(name.owner)
        if record is not None and name in record.accepted:
            return record.accepted[name]
    return {}


def _is_settled(field: FieldChange, settled: Mapping[str, str]) -> bool:
    return _can_be_settled(field) and settled.get(field.path) == _digest(field)


def _can_be_settled(field: FieldChange) -> bool:
    return field.verdict in (Verdict.LEARNED, Verdict.CONFLICT) and field.effect in _STAYS


def _digest(field: FieldChange) -> str:
    """Of both sides: it changes when either moves."""
    sides = ("" if leaf is UNSET else digest(leaf) for leaf in (field.live, field.desired))
    return digest(" ".join(sides))
