"""The drift report a person reads: the fleet first, then every resource that drifted.

In: a DriftReport and how much of it to write out. Out: lines. What agents learned is only counted unless the
caps say otherwise; what is not applied yet is one line. It must not decide what drift is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from reconciler.compare import FieldChange
from reconciler.drift import Deleted, DriftReport
from reconciler.drift.model import Row
from reconciler.plan.model import Action, Change, Finding, Reason
from reconciler.report.drift.totals import total_lines
from reconciler.report.plan.fields import changed_fields, relative
from reconciler.report.plan.sections import diagnostics, findings
from reconciler.report.text.lines import BLANK, Line, Span, Tone, indented, line
from reconciler.report.text.printable import pad, safe, width
from reconciler.report.text.shortened import BRIEF, Caps
from reconciler.report.text.words import count
from reconciler.values import Address, Effect, Verdict

HEADS = ("drifted", "learned", "conflicts", "of")
_FIELDS = 6
"""Columns fields stand further right than their resource."""


def drift_lines(report: DriftReport, caps: Caps = BRIEF) -> Iterator[Line]:
    """The whole page."""
    if report.statistics:
        yield from _table(report.statistics, caps)
        yield BLANK
    yield from resource_lines(report, caps)
    yield from section_lines(report, caps)
    yield from total_lines(report, caps)
    if report.diagnostics:
        yield BLANK
        yield from diagnostics(report.diagnostics)


def numbers(row: Row) -> list[str]:
    """The figures of a row; nothing is a dash."""
    return [f"{each:,}" if each else "-" for each in (row.drifted, row.learned, row.conflicts, row.of)]


def field_name(row: Row) -> str:
    """What of the resource a row is about."""
    return row.field or "(the resource itself)"


def _table(rows: tuple[Row, ...], caps: Caps) -> Iterator[Line]:
    shown = rows[: caps.user_lines]
    what = max(width(safe(row.what)) for row in shown)
    field = max(width(safe(field_name(row))) for row in shown)
    head = "  ".join([pad("", what), pad("", field), *(f"{name:>9}" for name in HEADS)])
    yield line(Span(head, Tone.DIM))
    for row in shown:
        drifted, learned, conflicts, of = (f"{each:>9}" for each in numbers(row))
        yield line(
            f"{pad(safe(row.what), what)}  {pad(safe(field_name(row)), field)}  ",
            Span(drifted, Tone.WARNING if row.drifted else Tone.DIM),
            Span(f"  {learned}", Tone.KEEP if row.learned else Tone.DIM),
            Span(f"  {conflicts}", Tone.WARNING if row.conflicts else Tone.DIM),
            f"  {of}",
        )
    if len(rows) > len(shown):
        yield line(Span(f"… {count(len(rows) - len(shown), 'more row')}: --verbose lists them", Tone.DIM))


def resource_lines(report: DriftReport, caps: Caps) -> Iterator[Line]:
    """Drift by set and resource, with the old and the new value."""
    changes = sorted(_drifted(report), key=lambda change: change.address.order)
    shown = changes[: caps.detailed]
    lost = {each.address: each for each in report.deleted}
    for owner, group in groupby(shown, key=lambda change: change.address.owner):
        yield line(Span(safe(str(owner)), Tone.HEADING))
        for change in group:
            yield from indented(2, _resource(change, lost.get(change.address), caps))
        yield BLANK
    if len(changes) > len(shown):
        left = count(len(changes) - len(shown), "more resource")
        yield line(Span(f"… {left}: --verbose lists them, --user chooses one set", Tone.DIM))
        yield BLANK


def _resource(change: Change, lost: Deleted | None, caps: Caps) -> Iterator[Line]:
    name = relative(change.address)
    if lost is not None:
        witness = safe(str(lost.seen_by)) if lost.seen_by else f"its id ({safe(lost.id)})"
        why = f"  deleted on the server; {witness} tells it was there"
        yield line(Span("-   ", Tone.REMOVE), Span(name, Tone.REMOVE), Span(why, Tone.DIM))
        return
    yield line(Span("~   ", Tone.CHANGE), name)
    yield from indented(_FIELDS, changed_fields(change, caps))


def _drifted(report: DriftReport) -> Iterator[Change]:
    """Every drifted resource as the change that happened to it: from the manifest's value to the live one."""
    by_address: dict[Address, list[Finding]] = {}
    for finding in report.drift:
        by_address.setdefault(finding.address, []).append(finding)
    for address, found in by_address.items():
        yield Change(address, Action.UPDATE, Reason.DRIFTED, fields=tuple(_as_it_happened(found)))
    for each in report.deleted:
        yield Change(each.address, Action.DELETE, Reason.NOT_FOUND)


def _as_it_happened(found: Iterable[Finding]) -> Iterator[FieldChange]:
    for finding in found:
        yield replace(
            finding.field,
            verdict=Verdict.INTENDED,
            effect=Effect.WRITE,
            live=finding.field.desired,
            desired=finding.field.live,
        )


def section_lines(report: DriftReport, caps: Caps) -> Iterator[Line]:
    """Conflicts with both sides, learning in detail where that is asked for, what is not declared."""
    if report.conflicts:
        number = count(len(report.conflicts), "field")
        yield line(
            Span("Conflicts: ", Tone.WARNING), f"{number} changed both in the manifests and on the server."
        )
        yield from findings(report.conflicts, caps)
        yield BLANK
    if report.learned and caps.kept_values:
        yield line(Span("Learned: ", Tone.KEEP), "changed by agents since the last apply; kept.")
        yield from findings(report.learned, caps)
        yield BLANK
    if report.undeclared:
        number = count(len(report.undeclared), "resource")
        yield line(
            Span("Not declared: ", Tone.KEEP), f"{number} of this project, on the server but in no manifest."
        )
        for address in report.undeclared[: caps.findings]:
            yield line(Span("  = ", Tone.KEEP), safe(str(address)))
        if len(report.undeclared) > caps.findings:
            left = len(report.undeclared) - caps.findings
            yield line(Span(f"  … {left:,} more: --verbose lists them", Tone.DIM))
        yield BLANK
