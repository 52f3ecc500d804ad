"""The drift report as an issue or a comment on a pull request.

In: a DriftReport. Out: GitHub-flavoured markdown within the size GitHub takes: the fleet as a table, the rest
in collapsible parts. It must not let a value an agent wrote end its code block.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.drift import DriftReport
from reconciler.drift.model import Row
from reconciler.errors import Severity
from reconciler.report.drift.terminal import HEADS, field_name, numbers, resource_lines, section_lines
from reconciler.report.drift.totals import total_lines
from reconciler.report.plan.markdown import LIMIT, code_text, fenced, html
from reconciler.report.plan.sections import diagnostics
from reconciler.report.text.lines import plain
from reconciler.report.text.printable import safe
from reconciler.report.text.shortened import BRIEF, Caps
from reconciler.report.text.words import count


def drift_markdown(report: DriftReport, caps: Caps = BRIEF, limit: int = LIMIT) -> str:
    """The comment."""
    head = "".join(_head(report, caps))
    room = (limit - len(head)) // 3
    body = [
        _part("Drift", plain(resource_lines(report, caps)), room, is_open=True),
        _part("Conflicts, learning, undeclared", plain(section_lines(report, caps)), room, is_open=False),
        _part("Problems", plain(diagnostics(report.diagnostics)), room, is_open=True),
    ]
    return head + "".join(body)


def _head(report: DriftReport, caps: Caps) -> Iterator[str]:
    yield f"### Drift of `{code_text(report.project)}`\n\n"
    first, *rest = plain(total_lines(report, caps)).splitlines()
    yield f"**{first}**\n\n"
    yield "".join(f"- {each}\n" for each in rest)
    yield "\n"
    errors = sum(each.severity is Severity.ERROR for each in report.diagnostics)
    if errors:
        yield f"> [!CAUTION]\n> {count(errors, 'error')}: this report may not be complete.\n\n"
    if report.statistics:
        yield f"| what | field | {' | '.join(HEADS)} |\n| --- | --- |{' ---: |' * len(HEADS)}\n"
        yield from map(_row, report.statistics[: caps.user_lines])
        hidden = len(report.statistics) - caps.user_lines
        yield f"\n… {count(hidden, 'more row')}\n\n" if hidden > 0 else "\n"


def _row(row: Row) -> str:
    field = f"`{_cell(row.field)}`" if row.field else field_name(row)
    return f"| `{_cell(row.what)}` | {field} | {' | '.join(numbers(row))} |\n"


def _cell(text: str) -> str:
    return code_text(safe(text)).replace("|", "\\|")


def _part(title: str, text: str, room: int, *, is_open: bool) -> str:
    text = text.strip("\n")
    if not text:
        return ""
    if len(text) > room:
        text = text[:room].rpartition("\n")[0] + "\n… more: see the output of `reconciler drift`"
    opened = " open" if is_open else ""
    summary = f"<summary>{html(title)}</summary>"
    return f"<details{opened}>{summary}\n\n{fenced(text, 'text')}\n</details>\n\n"
