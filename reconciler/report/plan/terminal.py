"""The plan a person reads before saying yes.

In: a Plan and how much of it to write out. Out: lines. Whatever is left out is counted, with the flag
that shows it. It must not decide anything about the plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.plan.model import Action, Change, Plan
from reconciler.report.plan.by_set import Group, group_lines, groups_of, heading
from reconciler.report.plan.no_op import is_quiet, quiet_lines
from reconciler.report.plan.sections import sections
from reconciler.report.plan.totals import no_changes, requests, totals
from reconciler.report.text.lines import BLANK, Line, Span, Tone, line
from reconciler.report.text.printable import safe
from reconciler.report.text.shortened import BRIEF, Caps
from reconciler.report.text.words import count
from reconciler.values import Address


def plan_lines(plan: Plan, caps: Caps = BRIEF) -> Iterator[Line]:
    """The whole page."""
    if is_quiet(plan) and not caps.kept_values:
        yield from quiet_lines(plan)
        return
    groups = groups_of(plan)
    detailed = in_detail(groups, caps)
    users = [group for group in groups if not group.owner.is_shared]
    shared = [group for group in groups if group.owner.is_shared]
    yield from _listed(users[: caps.users], detailed, caps)
    yield from _rest(users[caps.users :], caps)
    yield from _listed(shared, detailed, caps)
    yield from _hint(groups, detailed, caps)
    yield no_changes(plan) if plan.is_empty else totals(plan)
    yield requests(plan)
    yield from sections(plan, caps)


def in_detail(groups: Sequence[Group], caps: Caps) -> frozenset[Address]:
    """Whose fields are listed when not all can be: what changes existing resources comes first."""
    changes = [change for group in groups for change in group.changes if _has_detail(change)]
    shown = [
        change for change in changes if change.is_done_by_apply or change.is_said_once or caps.kept_values
    ]
    ranked = sorted(shown, key=lambda change: change.action is Action.CREATE)
    return frozenset(change.address for change in ranked[: caps.detailed])


def _has_detail(change: Change) -> bool:
    """The value a delete ends is in the plan to be stored, not to be read through."""
    return bool(change.fields) and change.action is not Action.DELETE


def _listed(groups: Sequence[Group], detailed: frozenset[Address], caps: Caps) -> Iterator[Line]:
    for group in groups:
        yield from group_lines(group, detailed, caps)
        yield BLANK


def _rest(groups: Sequence[Group], caps: Caps) -> Iterator[Line]:
    """Sets that are only counted."""
    for group in groups[: caps.user_lines]:
        yield heading(group)
    hidden = groups[caps.user_lines :]
    if hidden:
        changes = sum(len(group.changes) for group in hidden)
        yield line(Span(f"… {count(len(hidden), 'more set')} with {count(changes, 'resource')}", Tone.DIM))
    if groups:
        yield BLANK


def _hint(groups: Sequence[Group], detailed: frozenset[Address], caps: Caps) -> Iterator[Line]:
    left_out = sum(
        _has_detail(change) and change.address not in detailed
        for group in groups
        for change in group.changes
        if change.is_done_by_apply
    )
    hidden = any(len(group.changes) > caps.resources for group in groups)
    if left_out or hidden or len(groups) > caps.users + 1:
        example = safe(str(groups[0].owner))
        what = (
            f"Fields of {count(left_out, 'resource')} are not shown"
            if left_out
            else "Not everything is shown"
        )
        yield line(Span(f"{what}: see all with --verbose, or one set with --target {example}", Tone.DIM))
        yield BLANK
