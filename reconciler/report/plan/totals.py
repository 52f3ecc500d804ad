"""The last lines of a plan: how much it does and what that costs.

In: a Plan. Out: single lines. It must not list resources.
"""

from __future__ import annotations

from reconciler.plan.model import Action, Plan
from reconciler.report.text.lines import Line, Span, Tone, line
from reconciler.report.text.words import PAST, count

_ALWAYS = (Action.CREATE, Action.UPDATE, Action.REPLACE, Action.DELETE)
_WHEN_ANY = (Action.ADOPT, Action.FORGET, Action.ATTACH, Action.DETACH)


def totals(plan: Plan) -> Line:
    """`Plan: 12 to create, 3 to update, 1 to replace, 0 to delete; 2 kept.`"""
    return line(Span("Plan: ", Tone.HEADING), Span(totals_text(plan)))


def totals_text(plan: Plan) -> str:
    """The totals without the word in front."""
    actions = [*_ALWAYS, *(action for action in _WHEN_ANY if plan.count(action))]
    text = ", ".join(f"{plan.count(action):,} to {action.value}" for action in actions)
    said = [
        f"{number:,} {PAST[action]}"
        for action in (Action.KEEP, Action.DEFER)
        if (number := sum(change.action is action for change in plan.kept))
    ]
    return f"{text}; {', '.join(said)}." if said else f"{text}."


def no_changes(plan: Plan) -> Line:
    """What an empty plan says."""
    if not plan.compared:
        return line(Span("No changes.", Tone.ADD), " Nothing of this project is declared or on the server.")
    kept = f"{len(plan.kept):,} kept as they are." if plan.kept else "everything is as declared."
    return line(Span("No changes.", Tone.ADD), f" {count(plan.compared, 'resource')} compared; {kept}")


def requests(plan: Plan) -> Line:
    """What the plan took and what an apply will take."""
    lock = f", {plan.lock_requests} for the lock" if plan.lock_requests else ""
    records = f", {plan.record_requests:,} for records" if plan.records else ""
    looks = f", {plan.looks:,} to look again before that" if plan.looks else ""
    return line(
        Span(f"Requests: {plan.reads:,} to read, {plan.writes:,} to write{looks}{lock}{records}.", Tone.DIM)
    )
