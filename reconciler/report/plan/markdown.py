"""The plan as a comment on a pull request.

In: a Plan. Out: GitHub-flavoured markdown within the size GitHub takes, one collapsible part for each set.
It must not let a value from a manifest or an agent end its code block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.errors import Severity
from reconciler.plan.model import Action, Change, Plan
from reconciler.report.plan.by_set import Group, field_lines, groups_of, tally
from reconciler.report.plan.fields import relative
from reconciler.report.plan.sections import sections
from reconciler.report.plan.terminal import in_detail
from reconciler.report.plan.totals import no_changes, requests, totals_text
from reconciler.report.text.lines import indented, plain
from reconciler.report.text.shortened import BRIEF, Caps
from reconciler.report.text.words import count, reason_of
from reconciler.values import Address

LIMIT = 60_000
"""Characters; GitHub takes 65,536."""

_SIGNS = {
    Action.CREATE: "+",
    Action.ADOPT: "+",
    Action.ATTACH: "+",
    Action.DELETE: "-",
    Action.DETACH: "-",
    Action.FORGET: "-",
    Action.REPLACE: "!",
    Action.UPDATE: "!",
}
"""What the diff colours of GitHub know; anything else is grey."""


def plan_markdown(plan: Plan, caps: Caps = BRIEF, limit: int = LIMIT) -> str:
    """The comment."""
    head = "".join(_head(plan))
    tail = "".join(_tail(plan, caps))
    return head + _body(plan, caps, limit - len(head) - len(tail)) + tail


def _head(plan: Plan) -> Iterator[str]:
    yield f"### Plan for `{code_text(plan.project)}`\n\n"
    yield f"**{totals_text(plan)}**\n\n" if not plan.is_empty else plain([no_changes(plan)]) + "\n"
    errors = sum(each.severity is Severity.ERROR for each in plan.diagnostics)
    if errors:
        yield f"> [!CAUTION]\n> {count(errors, 'error')}: this plan cannot be applied.\n\n"
    refused = sum(each.severity is Severity.REFUSED for each in plan.diagnostics)
    if refused:
        addresses = count(refused, "address", "addresses")
        yield f"> [!WARNING]\n> {addresses} refused: left out until a person says what is there.\n\n"
    ending = [change for change in plan.changes if change.destroys]
    held = {
        "message": sum(each.messages for each in ending),
        "archival passage": sum(each.passages for each in ending),
    }
    lost = " and ".join(count(number, what) for what, number in held.items() if number)
    if lost:
        yield f"> [!WARNING]\n> {lost} of agents will be lost.\n\n"


def _body(plan: Plan, caps: Caps, room: int) -> str:
    groups = groups_of(plan)
    detailed = in_detail(groups, caps)
    parts: list[str] = []
    for index, group in enumerate(groups):
        part = _group(group, detailed, caps)
        if len(part) + 200 > room:
            parts.append(
                f"… {count(len(groups) - index, 'more set')}: see the output of `reconciler plan`.\n\n"
            )
            break
        parts.append(part)
        room -= len(part)
    return "".join(parts)


def _group(group: Group, detailed: frozenset[Address], caps: Caps) -> str:
    counts = "".join(span.text for span in tally(group.changes))
    rows = [row for change in group.changes[: caps.resources] for row in _change(change, detailed, caps)]
    hidden = len(group.changes) - caps.resources
    rows += [f"  … {count(hidden, 'more resource')}\n"] if hidden > 0 else []
    summary = f"<summary><code>{html(group.heading)}</code> {html(counts)}</summary>"
    return f"<details>{summary}\n\n{fenced(''.join(rows), 'diff')}\n</details>\n\n"


def _change(change: Change, detailed: frozenset[Address], caps: Caps) -> Iterator[str]:
    yield f"{_SIGNS.get(change.action, ' ')} {relative(change.address)}: {reason_of(change)}\n"
    if change.address in detailed:
        yield from map(_sign_first, plain(indented(6, field_lines(change, caps))).splitlines(keepends=True))


def _sign_first(row: str) -> str:
    """GitHub colours a line by its first character, so the sign of a field goes there."""
    text = row.lstrip(" ")
    by = len(row) - len(text)
    sign = {"+ ": "+", "- ": "-", "~ ": "!"}.get(text[:2])
    return f"{sign}{' ' * by}{text[1:]}" if sign and by else row


def _tail(plan: Plan, caps: Caps) -> Iterator[str]:
    said = plain(sections(plan, caps)).strip("\n")
    if said:
        text = said if len(said) < LIMIT // 3 else said[: LIMIT // 3] + "\n…"
        summary = "<summary>Drift, learning and problems</summary>"
        yield f"<details open>{summary}\n\n{fenced(text, 'text')}\n</details>\n\n"
    yield f"<sub>{plain([requests(plan)]).strip()}</sub>\n"


def fenced(text: str, language: str) -> str:
    """A code block whose fence is longer than any run of back ticks in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}\n"


def code_text(text: str) -> str:
    """Text that cannot end its code span."""
    return text.replace("`", "'")


def html(text: str) -> str:
    """Text as HTML shows it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
