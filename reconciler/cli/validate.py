"""`reconciler validate`: everything wrong with the manifests, without a server.

In: paths. Out: all problems of one run on stderr; 0 when there is no error.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.shared import project
from reconciler.cli.shared.options import or_here, output_options, paths_argument
from reconciler.cli.shared.screen import Screen
from reconciler.cli.shared.strict import command
from reconciler.errors import Severity

if TYPE_CHECKING:
    from reconciler.manifest import Checked


@command(
    epilog="\b\nExamples:\n  reconciler validate\n  reconciler validate constellations/ --json\n"
    "  reconciler validate --strict                 # in CI: warnings are errors"
)
@paths_argument
@click.option("--strict", is_flag=True, help="Exit 1 for warnings, too.")
@output_options
@click.pass_context
def validate(ctx: click.Context, paths: tuple[Path, ...], strict: bool, screen: Screen) -> None:
    """Find everything wrong with the manifests, offline."""
    from reconciler.report.text.lines import line
    from reconciler.report.text.words import count

    checked = project.find_problems(or_here(paths))
    screen.document(lambda: _document(checked))
    screen.report(checked.problems)
    errors = sum(each.severity is Severity.ERROR for each in checked.problems)
    warnings = sum(each.severity is Severity.WARNING for each in checked.problems)
    found = f"{count(errors, 'error')}, {count(warnings, 'warning')}"
    valid = found if warnings else "The manifests are valid"
    screen.result([line(found if errors else f"{valid}: {_counted(checked.counts)}.")])
    ctx.exit(1 if errors or (strict and warnings) else 0)


def _document(checked: Checked) -> str:
    from reconciler.report.json_documents import diagnostics_document, to_text

    return to_text({**diagnostics_document(checked.problems), "counts": dict(checked.counts)})


def _counted(counts: Mapping[str, int]) -> str:
    """What there is, so that a table that lost its rows is seen."""
    from reconciler.report.text.words import count

    always = ("constellation", "user", "agent")
    kinds = (*always, "block", "group", "source", "tool")
    shown = (name for name in kinds if name in always or counts.get(name))
    return ", ".join(count(counts.get(name, 0), name) for name in shown)
