"""A plan that does nothing, in at most four lines whatever the age and the size of the fleet.

In: a plan. Out: lines: what is kept and why, what agents learned, which notices stand. Each kind of notice is
counted; `--verbose` lists them. What a person has to look at is no notice, and is shown in full.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.plan.model import Plan, Reason
from reconciler.report.plan.totals import no_changes, requests
from reconciler.report.text.lines import Line, Span, Tone, line
from reconciler.report.text.printable import safe
from reconciler.report.text.words import count

_STANDING = {
    Reason.LEARNED: "learned since the last apply",
    Reason.SEED_CHANGED: "learned under a seed that changed since",
    Reason.NOT_DECLARED: "no longer declared (--prune deletes)",
}
"""Reasons to keep something that hold from plan to plan, until a person does something about them."""
_LIST = "--verbose lists"


def is_quiet(plan: Plan) -> bool:
    """Whether nothing is done and nobody has to look."""
    kept = all(each.reason in _STANDING and not each.is_said_once for each in plan.kept)
    is_stopped = plan.has_errors or plan.has_refusals
    return plan.is_empty and kept and not (plan.needs_a_person or plan.drift or is_stopped)


def quiet_lines(plan: Plan) -> Iterator[Line]:
    """Four at most."""
    yield no_changes(plan)
    if plan.kept:
        counts = Counter(each.reason for each in plan.kept)
        said = [f"{counts[reason]:,} {words}" for reason, words in _STANDING.items() if counts[reason]]
        them = "it" if len(plan.kept) == 1 else "them"
        yield line(Span("Kept: ", Tone.KEEP), f"{', '.join(said)}; {_LIST} {them}.")
    if plan.diagnostics:
        yield line(Span("Noticed: ", Tone.WARNING), f"{_kinds(plan.diagnostics)}; {_LIST} them.")
    yield requests(plan)


def _kinds(found: tuple[Diagnostic, ...]) -> str:
    """By rule; by how grave they are where no rule has a name for them."""
    counts = Counter(each.rule or each.severity.value for each in found)
    names = [each for each in counts if each in {one.rule for one in found}]
    rest = [count(counts[each], each) for each in counts if each not in names]
    return ", ".join([*(f"{safe(name)} ({counts[name]:,})" for name in names), *rest])
