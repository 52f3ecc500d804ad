"""`reconciler rules`: what may stop a run, by code, and what makes each of them give way.

In: nothing. Out: the table of rules, for people and programs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.cli.shared.options import output_options
from reconciler.cli.shared.screen import Screen
from reconciler.cli.shared.strict import command
from reconciler.rules import RULES, Level, Rule

if TYPE_CHECKING:
    from reconciler.report.text.lines import Line


@command(epilog="\b\nExamples:\n  reconciler rules\n  reconciler rules --json")
@output_options
def rules(screen: Screen) -> None:
    """List the rules that stop a run, and how to allow them."""
    from reconciler.report.json_documents import to_text

    screen.document(lambda: to_text({"format_version": "1.0", "rules": list(map(_document, RULES.values()))}))
    if not screen.as_json:
        screen.result([each for rule in RULES.values() for each in _lines(rule)])


def _lines(rule: Rule) -> list[Line]:
    from reconciler.report.text.lines import Span, Tone, line

    head = line(Span(f"{rule.code} {rule.name}", Tone.HEADING), f"  {_allowed(rule) or 'never gives way'}")
    return [head, line(f"  {rule.summary}")]


def _document(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "level": rule.level.value,
        "summary": rule.summary,
        "allow": _allowed(rule) or None,
    }


def _allowed(rule: Rule) -> str:
    """The option that makes a rule give way; empty where none does."""
    number = "[=N]" if rule.level is Level.LIMIT else ""
    return "" if rule.level is Level.FIRM else f"--allow {rule.name}{number}"
