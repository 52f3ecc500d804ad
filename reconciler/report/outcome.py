"""What became of an apply, for people.

In: an Outcome and the command that goes on from here. Out: lines. It must not work out that command.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.apply.outcome import Outcome, Result, Status
from reconciler.report.text.lines import BLANK, Line, Span, Tone, line
from reconciler.report.text.printable import safe
from reconciler.report.text.shortened import BRIEF, Caps
from reconciler.report.text.words import count

_TONES = {
    Status.DONE: Tone.ADD,
    Status.FAILED: Tone.ERROR,
    Status.SKIPPED: Tone.WARNING,
    Status.NOT_STARTED: Tone.DIM,
}


def outcome_lines(outcome: Outcome, next_command: str, caps: Caps = BRIEF) -> Iterator[Line]:
    """Failures first, then the totals, then what to type."""
    yield from _list(outcome, Status.FAILED, caps)
    yield from _list(outcome, Status.SKIPPED, caps)
    yield from _not_kept(outcome, caps)
    yield from _saved(outcome)
    yield _totals(outcome)
    requests = f"Requests: {outcome.reads:,} read, {outcome.writes:,} written, in {outcome.seconds:.1f} s."
    yield line(Span(requests, Tone.DIM))
    yield from _files(outcome)
    if outcome.is_complete and outcome.unusable:
        yield BLANK
        yield line(Span("They are sent again when what the server lacks is there:", Tone.HEADING))
        yield line(f"  {next_command}")
    if not outcome.is_complete:
        yield BLANK
        yield line(Span(_lead(outcome), Tone.HEADING))
        yield line(f"  {next_command}")


def _files(outcome: Outcome) -> Iterator[Line]:
    """Files that were taken and cannot be found yet, one line in all; each that never will be."""
    sources = sorted({str(file.address) for file in outcome.processing})
    if sources:
        number = count(len(outcome.processing), "file")
        verb = "is" if len(outcome.processing) == 1 else "are"
        where = f"{safe(sources[0])}{', …' if len(sources) > 1 else ''}"
        text = f"{number} of {where} {verb} processed by the server now, and found after that (--wait waits)."
        yield line(Span(text, Tone.DIM))
    if outcome.closed:
        agent, source = outcome.closed[0]
        more = f", and so {count(len(outcome.closed) - 1, 'other')}" if len(outcome.closed) > 1 else ""
        text = (
            f"{safe(str(agent))} has {safe(str(source))} again{more}, but the server keeps its files closed"
        )
        yield line(Span("closed: ", Tone.WARNING), f"{text} until they are uploaded anew.")
    for file in outcome.unusable:
        yield line(
            Span("not processed: ", Tone.ERROR),
            Span(f"{safe(str(file.address))}: ", Tone.HEADING),
            safe(file.name),
        )
        yield line(Span("  why: ", Tone.DIM), safe(file.trouble))


def _list(outcome: Outcome, status: Status, caps: Caps) -> Iterator[Line]:
    results = [result for result in outcome.results if result.status is status]
    for result in results[: caps.findings]:
        yield from _result(result)
    if len(results) > caps.findings:
        yield line(Span(f"… {len(results) - caps.findings:,} more {_word(status)}", Tone.DIM))
    if results:
        yield BLANK


def _not_kept(outcome: Outcome, caps: Caps) -> Iterator[Line]:
    """Settings that were taken and are not there."""
    found = [(address, path) for address, paths in outcome.not_kept.items() for path in sorted(paths)]
    for address, path in found[: caps.findings]:
        text = f"the server does not keep {path}"
        yield line(Span("error: ", Tone.ERROR), Span(f"{safe(str(address))}: ", Tone.HEADING), safe(text))
    if len(found) > caps.findings:
        yield line(Span(f"… {len(found) - caps.findings:,} more are not kept", Tone.DIM))
    if found:
        yield line(
            Span("  why: ", Tone.DIM),
            "it took the value without a word and answers with another one, or none",
        )
        yield line(Span("  try: ", Tone.DIM), "take it out of the manifest; it is not sent again as it is")
        yield BLANK


def _saved(outcome: Outcome) -> Iterator[Line]:
    """Where the agents are that were deleted; never left out."""
    saved = [result for result in outcome.results if result.saved_at]
    for result in saved:
        address = safe(str(result.change.address))
        yield line(Span("saved: ", Tone.KEEP), Span(f"{address}: ", Tone.HEADING), safe(result.saved_at))
    if saved:
        yield BLANK


def _result(result: Result) -> Iterator[Line]:
    status, error = result.status, result.error
    because = f"it needs {safe(str(result.because))}" if result.because else ""
    what = safe(error.summary) if error else because or result.change.action.value
    yield line(
        Span(f"{_word(status)}: ", _TONES[status]),
        Span(f"{safe(str(result.change.address))}: ", Tone.HEADING),
        what,
    )
    if error and error.why:
        yield line(Span("  why: ", Tone.DIM), safe(error.why))
    if error and error.hint:
        yield line(Span("  try: ", Tone.DIM), safe(error.hint))


def _totals(outcome: Outcome) -> Line:
    parts: list[Span | str] = []
    for status in Status:
        number = outcome.count(status)
        tone = _TONES[status] if number else Tone.PLAIN
        parts += [", " if parts else "", Span(f"{number:,} {_word(status)}", tone)]
    return line(Span("Apply stopped: " if outcome.interrupted else "Applied: ", Tone.HEADING), *parts, ".")


def _lead(outcome: Outcome) -> str:
    left = len(outcome.results) - outcome.count(Status.DONE)
    verb = "is" if left == 1 else "are"
    return f"{count(left, 'change')} {verb} left. What is done stays done; to go on from here:"


def _word(status: Status) -> str:
    return status.value.replace("_", " ")
