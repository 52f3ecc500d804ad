"""The last lines of a drift report: what it comes to.

In: a DriftReport. Out: single lines. It must not list resources.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.drift import DriftReport
from reconciler.drift.model import is_drift
from reconciler.report.text.lines import Line, Span, Tone, line
from reconciler.report.text.shortened import BRIEF, Caps
from reconciler.report.text.words import count
from reconciler.values import Effect


def total_lines(report: DriftReport, caps: Caps = BRIEF) -> Iterator[Line]:
    """Drift, learning, intent, baseline: a line each, where there is any."""
    yield headline(report)
    if report.learned:
        learned = f"{count(len(report.learned), 'value')} changed by agents since the last apply; kept."
        hint = "" if caps.kept_values else " --verbose lists them."
        yield line(Span("Learned: ", Tone.KEEP), learned + hint)
    if report.unapplied:
        verb = "is" if report.unapplied == 1 else "are"
        changes = count(report.unapplied, "change")
        new = f" ({report.missing:,} to create)" if report.missing else ""
        yield line(f"{changes} of the manifests {verb} not applied yet{new}: reconciler plan")
    yield from baseline_lines(report)
    yield line(Span(f"Requests: {report.reads:,} to read.", Tone.DIM))


def headline(report: DriftReport) -> Line:
    """`Drift: 3 fields changed, 1 resource deleted on the server; 2 of 1,200 users.`"""
    if report.has_drift:
        return line(Span("Drift: ", Tone.WARNING), drift_text(report))
    if not report.compared:
        return line(Span("Nothing of this project is on the server, so nothing can have drifted."))
    compared = f"{count(report.compared, 'resource')} of {count(report.users, 'user')} compared."
    beyond = " beyond the baseline" if report.accepted else ""
    return line(Span(f"No drift{beyond}.", Tone.ADD), f" {compared}")


def drift_text(report: DriftReport) -> str:
    """How much drift, without the word in front."""
    fields = len(report.drift) + sum(map(is_drift, report.conflicts))
    parts = [f"{count(fields, 'field')} changed"] if fields else []
    parts += [f"{count(len(report.deleted), 'resource')} deleted"] if report.deleted else []
    users = {address.owner for address in report.drifted() if not address.owner.is_shared}
    reach = f"; {len(users):,} of {count(report.users, 'user')}" if users else ""
    counted = (*report.drift, *filter(is_drift, report.conflicts))
    kept = sum(each.field.effect in (Effect.KEEP, Effect.MERGE) for each in counted)
    back = "apply puts it back"
    if kept and kept == fields + len(report.deleted):
        back = "apply leaves it: somebody has to look"
    elif kept:
        back += f", but for {count(kept, 'field')}: somebody has to look"
    return f"{', '.join(parts)} on the server since the last apply{reach}. {back}."


def baseline_lines(report: DriftReport) -> Iterator[Line]:
    """What the baseline took away, and what of it can go."""
    if report.accepted:
        yield line(Span(f"Baseline: {count(report.accepted, 'known drift')} left out.", Tone.DIM))
    if report.stale:
        verb = "occurs" if len(report.stale) == 1 else "occur"
        entries = count(len(report.stale), "entry", "entries")
        yield line(Span(f"Baseline: {entries} no longer {verb}; --accept writes it without them.", Tone.DIM))
