"""What a plan says below its changes: what agents learned, conflicts, problems.

In: a Plan. Out: lines. It must not repeat what stands under the changes.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from reconciler.compare import FieldChange
from reconciler.errors import Diagnostic, Origin, Severity
from reconciler.plan.model import Finding, Plan
from reconciler.report.text.lines import BLANK, Line, Span, Tone, indented, line
from reconciler.report.text.one_value import brief, is_long
from reconciler.report.text.printable import ELLIPSIS, safe, shorten, width
from reconciler.report.text.shortened import Caps
from reconciler.report.text.text_diff import text_diff
from reconciler.report.text.words import count, verdict_of
from reconciler.values import UNSET, Effect, Verdict


def sections(plan: Plan, caps: Caps) -> Iterator[Line]:
    """Every section that has something to say, each led by a blank line."""
    if plan.drift:
        yield BLANK
        yield line(Span("Drift: ", Tone.WARNING), drift_text(plan.drift))
        yield from findings([each for each in plan.drift if each.field.effect is Effect.KEEP], caps)
    if plan.learned:
        yield BLANK
        yield line(Span("Learned: ", Tone.KEEP), _learned(len(plan.learned)))
        yield from findings(plan.learned, caps)
    if plan.conflicts:
        yield BLANK
        yield line(Span("Conflicts: ", Tone.WARNING), _conflicts(plan.conflicts))
        yield from findings([each for each in plan.conflicts if each.field.effect is not Effect.WRITE], caps)
    if plan.diagnostics:
        yield BLANK
        yield from diagnostics(plan.diagnostics)


def drift_text(drift: Sequence[Finding]) -> str:
    """How much drift, and how much of it an apply puts back."""
    number, kept = len(drift), sum(each.field.effect is Effect.KEEP for each in drift)
    text = f"{count(number, 'field')} changed on the server since the last apply"
    if kept == number:
        return f"{text}; apply leaves {'it' if number == 1 else 'them'}: somebody has to look."
    back = f"apply puts {'it' if number == 1 else 'them' if not kept else f'{number - kept:,} of them'} back"
    return f"{text}; {back}."


def _learned(number: int) -> str:
    return f"{count(number, 'value')} changed by agents since the last apply; kept."


def _conflicts(findings: Sequence[Finding]) -> str:
    text = f"{count(len(findings), 'field')} changed both in the manifests and on the server"
    written = sum(each.field.effect is Effect.WRITE for each in findings)
    return f"{text}; the manifests win in {written:,} of them." if written else f"{text}."


def findings(found: Sequence[Finding], caps: Caps) -> Iterator[Line]:
    """One after the other, both sides of each, as far as the caps go."""
    for finding in found[: caps.findings]:
        yield from indented(2, _finding(finding, caps))
    if len(found) > caps.findings:
        yield line(Span(f"  … {len(found) - caps.findings:,} more: --verbose lists them", Tone.DIM))


def _finding(finding: Finding, caps: Caps) -> Iterator[Line]:
    field, room = finding.field, caps.width - 16
    head = (
        Span("= ", Tone.KEEP),
        Span(f"{safe(str(finding.address))}  "),
        Span(safe(field.path), Tone.HEADING),
    )
    if field.desired is UNSET:
        yield line(*head, Span("" if field.note else "  not in the manifests", Tone.DIM))
        if field.note:
            yield line(Span(f"    {safe(field.note)}", Tone.DIM))
    elif isinstance(field.live, str) and isinstance(field.desired, str) and _are_long(field):
        yield line(*head, Span("  (- manifest, + live)", Tone.DIM))
        cap = caps.diff_lines if field.effect is Effect.MERGE else caps.finding_lines
        yield from indented(4, text_diff(field.desired, field.live, cap, caps.diff_width - 8))
    else:
        yield line(*head)
        yield line("    live      ", Span(brief(field.live, room), Tone.KEEP))
        yield line("    manifest  ", brief(field.desired, room))
    if field.verdict is Verdict.CONFLICT or field.note:
        yield line("    ", verdict_of(field))
    if field.effect is Effect.MERGE:
        address = shlex.quote(str(finding.address))
        yield line(Span("    try: ", Tone.DIM), f"{_SETTLE} --reseed {address}; or leave both as they are:")
        yield line(f"         reconciler accept {address}")


_TONES = {
    Severity.ERROR: Tone.ERROR,
    Severity.REFUSED: Tone.ERROR,
    Severity.WARNING: Tone.WARNING,
    Severity.NOTE: Tone.DIM,
}
_SETTLE = "put the live text into the manifest, or write the manifest's over it with"


def _are_long(field: FieldChange) -> bool:
    """A conflict shows both sides in full as soon as one of them is long."""
    return is_long(field.live) or (field.effect is Effect.MERGE and is_long(field.desired))


_EXCERPT = 50
"""Columns of a line of a manifest that are shown."""
_BEFORE = 30
"""Columns of it before the place."""


def diagnostics(found: Sequence[Diagnostic]) -> Iterator[Line]:
    """Problems, errors first, each with why and what to do."""
    ranked = sorted(found, key=lambda each: each.severity not in (Severity.ERROR, Severity.REFUSED))
    for each in ranked:
        yield from diagnostic(each)


def excerpt(source: str, where: Origin) -> Iterator[Line]:
    """The line that a problem is about, as far as it fits, and a caret below the place."""
    at = max(0, where.column - 1)
    before, after = _end_of(safe(source[:at])), safe(source[at:])
    gutter = f"{where.line:>6} | "
    yield line(Span(gutter, Tone.DIM), shorten(f"{before}{after}", _EXCERPT))
    if where.column:
        yield line(Span(f"{'':>6} | ", Tone.DIM), " " * width(before), Span("^", Tone.ERROR))


def _end_of(text: str) -> str:
    """The end of what stands before a place, with an ellipsis for the rest."""
    if width(text) <= _BEFORE:
        return text
    while width(text) >= _BEFORE:
        text = text[1:]
    return ELLIPSIS + text


def diagnostic(found: Diagnostic) -> Iterator[Line]:
    """One problem."""
    tone = _TONES[found.severity]
    places = [part for part in (str(found.where or ""), found.address) if part]
    place = f"{safe(' '.join(places))}: " if places else ""
    yield line(Span(f"{found.severity.value}: ", tone), Span(place, Tone.HEADING), safe(found.titled))
    if found.source and found.where:
        yield from excerpt(found.source, found.where)
    if found.why:
        yield line(Span("  why: ", Tone.DIM), safe(found.why))
    if found.hint:
        yield line(Span("  try: ", Tone.DIM), safe(found.hint))
