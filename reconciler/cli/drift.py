"""`reconciler drift`: what moved on the server without the manifests. Nothing here can write to a server.

In: manifests, a scope, and a baseline of drift that is known. Out: the report for people, for programs, for
an issue. Exit 2 when there is drift; learning alone, and changes not applied yet, are 0; 1 when the plan has
errors.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.shared import project
from reconciler.cli.shared.allow_option import allow_option
from reconciler.cli.shared.files import read_text, write_private
from reconciler.cli.shared.options import (
    Target,
    or_here,
    output_options,
    paths_argument,
    scope_options,
    serial_option,
    server_options,
)
from reconciler.cli.shared.screen import Screen
from reconciler.cli.shared.strict import command
from reconciler.errors import REFUSED, ReconcilerError
from reconciler.rules import Allowance
from reconciler.values import Owner, Scope

if TYPE_CHECKING:
    from reconciler.drift import Baseline, DriftReport
    from reconciler.project.planned import Planned

BASELINE = Path("drift-baseline.json")
_FILE = click.Path(path_type=Path, dir_okay=False)
EPILOG = """\b
Examples:
  reconciler drift                                   # exit 2 when anything drifted
  reconciler drift --user 42 --verbose               # with everything that was learned
  reconciler drift --markdown drift.md
  reconciler drift --accept                          # what drifts now is known, in drift-baseline.json
  reconciler drift --baseline drift-baseline.json    # only what is new since then
"""


def _no_output(ctx: click.Context, option: click.Parameter, value: str | None) -> None:
    """Everywhere else `-o` is what is written, and here it was what is read."""
    del option
    if value is not None:
        raise click.UsageError(
            f"drift has no -o; to leave out what {value} knows: --baseline {value}; to write the report: "
            f"--markdown {value}, or --json-into {value}",
            ctx,
        )


@command(epilog=EPILOG)
@paths_argument
@click.option("-b", "--baseline", type=_FILE, metavar="FILE", help="Leave out the drift this file knows.")
@click.option("-o", "nothing", hidden=True, expose_value=False, callback=_no_output)
@click.option("--accept", is_flag=True, help=f"Write the drift of now to the baseline, else to {BASELINE}.")
@click.option("--markdown", type=_FILE, metavar="FILE", help="Write it as an issue or comment.")
@allow_option
@serial_option
@scope_options
@server_options
@output_options
@click.pass_context
def drift(
    ctx: click.Context,
    paths: tuple[Path, ...],
    baseline: Path | None,
    accept: bool,
    markdown: Path | None,
    allowed: Allowance,
    expected: Mapping[Owner, int],
    scope: Scope,
    target: Target,
    screen: Screen,
) -> None:
    """Report what changed on the server without the manifests."""
    from reconciler.plan import PlanOptions

    with project.planning(
        or_here(paths), target, scope, PlanOptions(), screen.warn, allowed=allowed, expected=expected
    ) as opened:
        planned, place = opened.planned, opened.place
    screen.place(place.project, place.url)
    known = _accepted(planned, baseline or BASELINE, screen) if accept else _known(planned, baseline)
    report = planned.drift(known)
    _show(report, screen)
    screen.document(lambda: _json(report))
    if markdown:
        _write_markdown(report, markdown, screen)
    ctx.exit(1 if report.has_errors else REFUSED if report.has_refusals else 2 if report.has_drift else 0)


def _known(planned: Planned, file: Path | None) -> Baseline | None:
    from reconciler.drift.baseline import from_json

    if file is None:
        return None
    if not file.exists():
        raise ReconcilerError(
            f"there is no drift baseline {file}",
            hint=f"reconciler drift --accept --baseline {shlex.quote(str(file))} writes it",
        )
    return from_json(read_text(file), planned.plan.project)


def _accepted(planned: Planned, file: Path, screen: Screen) -> Baseline | None:
    """The baseline with all drift of now; what an older one knows beyond this scope stays in it."""
    from reconciler.drift.baseline import to_json
    from reconciler.drift.find import accepting

    old = _known(planned, file) if file.exists() else None
    if planned.plan.has_errors:
        screen.note(f"{file} was not written: the plan has errors")
        return old
    made = accepting(planned.drift(), planned.scope, old)
    write_private(file, to_json(made))
    screen.note(f"{len(made.entries):,} accepted in {file}; next: reconciler drift --baseline {file}")
    return made


def _show(report: DriftReport, screen: Screen) -> None:
    """The report for a person; quiet leaves the headline."""
    from reconciler.report.drift.terminal import drift_lines
    from reconciler.report.drift.totals import headline
    from reconciler.report.plan.sections import diagnostics

    if screen.quiet:
        screen.result([headline(report), *diagnostics(report.diagnostics)])
    else:
        screen.result(drift_lines(report, screen.caps))


def _json(report: DriftReport) -> str:
    from reconciler.drift.document import to_json

    return to_json(report)


def _write_markdown(report: DriftReport, path: Path, screen: Screen) -> None:
    from reconciler.report.drift.markdown import drift_markdown

    write_private(path, drift_markdown(report, screen.caps))
