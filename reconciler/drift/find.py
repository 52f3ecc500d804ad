"""Draws the drift report out of a plan.

In: a Plan, the Live it was made from, the scope and a baseline. Out: a DriftReport, the same one for the same
input. Pure. It must not compare anything itself: verdicts are those of the plan, so that drift, plan and
apply never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reconciler.drift import lost_mark, over_limit
from reconciler.drift.baseline import Baseline, Entry, entry_of
from reconciler.drift.deleted import deleted
from reconciler.drift.duplicates import implied_by, place
from reconciler.drift.model import Deleted, DriftReport, is_drift
from reconciler.drift.reported import Reported
from reconciler.drift.statistics import statistics
from reconciler.errors import Diagnostic
from reconciler.plan.model import Action, Change, Finding, Plan, Reason
from reconciler.values import Address, Effect, Live, Scope, Verdict


def drift_of(plan: Plan, live: Live, scope: Scope, baseline: Baseline | None = None) -> DriftReport:
    """Everything that moved on the server, less what the baseline knows."""
    known = baseline.entries if baseline else frozenset()
    missing = [change.address for change in plan.changes if change.action is Action.CREATE]
    gone = deleted(missing, live)
    implied = implied_by(plan, gone, live)
    drift = tuple(finding for finding in plan.drift if place(finding) not in implied)
    occurring = _entries(drift, gone, plan.conflicts)
    undeclared = tuple(change.address for change in plan.kept if change.reason is Reason.NOT_DECLARED)
    declared = _declared(plan, scope, undeclared)
    report = DriftReport(
        project=plan.project,
        server=plan.server,
        reads=plan.reads,
        compared=len(declared),
        users=len({address.owner for address in declared if not address.owner.is_shared}),
        drift=tuple(finding for finding in drift if entry_of(finding) not in known),
        deleted=tuple(each for each in gone if Entry(str(each.address)) not in known),
        conflicts=tuple(each for each in plan.conflicts if not is_drift(each) or entry_of(each) not in known),
        learned=tuple(finding for finding in plan.learned if place(finding) not in implied),
        undeclared=undeclared,
        unapplied=_unapplied(_pending(plan), {each.address for each in gone}),
        missing=len(missing) - len(gone),
        diagnostics=plan.saying(*_noticed(Reported(plan, live, scope))).diagnostics,
        accepted=len(occurring & known),
        stale=tuple(sorted(_stale(baseline, occurring, scope))),
    )
    there = [*declared, *(each.address for each in gone)]
    return replace(
        report,
        statistics=statistics(report.drift, report.deleted, report.conflicts, report.learned, there),
    )


NOTICES = (lost_mark.NOTICE, over_limit.NOTICE)
"""What is said with a report, beside what is said with its plan."""


def _noticed(reported: Reported) -> Iterator[Diagnostic]:
    for notice in NOTICES:
        yield from notice.judge(reported)


def accepting(report: DriftReport, scope: Scope, old: Baseline | None = None) -> Baseline:
    """A baseline that knows all drift of this report, made without one, and what is beyond its scope."""
    entries = _entries(report.drift, report.deleted, report.conflicts)
    return Baseline(report.project, entries | (old.beyond(scope) if old else frozenset()))


def _entries(
    drift: Iterable[Finding], gone: Iterable[Deleted], conflicts: Iterable[Finding]
) -> frozenset[Entry]:
    found = {entry_of(finding) for finding in (*drift, *filter(is_drift, conflicts))}
    return frozenset({entry for entry in found if entry} | {Entry(str(each.address)) for each in gone})


def _stale(baseline: Baseline | None, occurring: frozenset[Entry], scope: Scope) -> frozenset[Entry]:
    if baseline is None:
        return frozenset()
    return baseline.entries - occurring - baseline.beyond(scope)


def _declared(plan: Plan, scope: Scope, undeclared: Iterable[Address]) -> tuple[Address, ...]:
    """What is declared and there; under its new address where it was renamed."""
    left_out = {*undeclared, *(each.address for each in plan.changes if each.action is Action.DELETE)}
    left_out |= {address for intent in plan.sets for address in intent.let_go}
    found = (Address.parse(text) for text in plan.ids)
    return tuple(address for address in found if scope.covers(address) and address not in left_out)


def _pending(plan: Plan) -> Iterator[Change]:
    yield from plan.changes
    yield from (change for change in plan.kept if change.action is Action.DEFER)


def _unapplied(changes: Iterable[Change], gone: set[Address]) -> int:
    """Changes of which at least a part comes from the manifests; also those a running agent defers."""
    return sum(change.address not in gone and _is_intended(change) for change in changes)


def _is_intended(change: Change) -> bool:
    if change.action not in (Action.UPDATE, Action.DEFER) or change.moved_from:
        return True
    return any(
        field.effect in (Effect.WRITE, Effect.RECORD) and field.verdict is not Verdict.DRIFT
        for field in change.fields
    )
