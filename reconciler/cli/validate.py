"""`reconciler validate`: everything wrong with the manifests, without a server.

In: paths. Out: all problems of one run on stderr; 0 when there is no error.
"""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.shared import project
from reconciler.cli.shared.options import or_here, output_options, paths_argument
from reconciler.cli.shared.output import say
from reconciler.cli.shared.screen import Screen
from reconciler.cli.shared.strict import command
from reconciler.errors import Diagnostic, Severity


@command(epilog="\b\nExamples:\n  reconciler validate\n  reconciler validate constellations/ --json")
@paths_argument
@output_options
@click.pass_context
def validate(ctx: click.Context, paths: tuple[Path, ...], screen: Screen) -> None:
    """Find everything wrong with the manifests, offline."""
    found = project.find_problems(or_here(paths))
    screen.document(lambda: _document(found))
    screen.report(found)
    errors = sum(each.severity is Severity.ERROR for each in found)
    warnings = sum(each.severity is Severity.WARNING for each in found)
    if not screen.as_json:
        say(
            f"{_count(errors, 'error')}, {_count(warnings, 'warning')}"
            if errors or warnings
            else "The manifests are valid."
        )
    ctx.exit(1 if errors else 0)


def _document(found: tuple[Diagnostic, ...]) -> str:
    from reconciler.report.json_documents import diagnostics_document, to_text

    return to_text(diagnostics_document(found))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
