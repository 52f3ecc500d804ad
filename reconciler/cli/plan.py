"""`reconciler plan`: what an apply would do. Nothing here can write to a server.

In: manifests and a scope. Out: the plan for people, for programs, for a pull request, for a later apply.
Exit 1 when the plan has errors, 4 when addresses are refused; with --detailed-exitcode 2 when it has
changes, or conflicts a person has to settle.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from reconciler.cli.shared import project
from reconciler.cli.shared.allow_option import allow_option
from reconciler.cli.shared.files import write_private
from reconciler.cli.shared.options import (
    Target,
    or_here,
    output_options,
    paths_argument,
    reseed_option,
    scope_options,
    serial_option,
    server_options,
    skip_unsupported_option,
)
from reconciler.cli.shared.screen import Screen
from reconciler.cli.shared.show_plan import show
from reconciler.cli.shared.strict import command
from reconciler.disk import real
from reconciler.errors import REFUSED, Diagnostic, Severity, UnsafePlan
from reconciler.rules import Allowance
from reconciler.values import Owner, Scope, Selector, without_password

if TYPE_CHECKING:
    from reconciler.plan import Plan
    from reconciler.project.planned import Planned

_FILE = click.Path(path_type=Path, dir_okay=False)
EPILOG = """\b
Examples:
  reconciler plan                          # the manifests in this folder
  reconciler plan -o plan.json             # save it, then: reconciler apply plan.json
  reconciler plan --user 42 --user 43
  reconciler plan --target 'pattern/*/agent/entropy'
  reconciler plan --detailed-exitcode      # 2 when there is something to apply
"""


@command(epilog=EPILOG)
@paths_argument
@click.option("-o", "--out", type=_FILE, metavar="FILE", help="Save the plan for `apply FILE`.")
@click.option("--markdown", type=_FILE, metavar="FILE", help="Write it as a pull request comment.")
@click.option(
    "--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes, or conflicts to settle."
)
@click.option("--prune", is_flag=True, help="Delete what is no longer declared.")
@reseed_option
@skip_unsupported_option
@allow_option
@serial_option
@scope_options
@server_options
@output_options
@click.pass_context
def plan(
    ctx: click.Context,
    paths: tuple[Path, ...],
    out: Path | None,
    markdown: Path | None,
    detailed_exitcode: bool,
    prune: bool,
    reseed: tuple[Selector, ...],
    skip_unsupported: bool,
    allowed: Allowance,
    expected: Mapping[Owner, int],
    scope: Scope,
    target: Target,
    screen: Screen,
) -> None:
    """Show what apply would do, and what it would keep."""
    from reconciler.plan import PlanOptions

    options = PlanOptions(prune=prune, reseed=reseed, skip_unsupported=skip_unsupported)
    with project.planning(
        or_here(paths), target, scope, options, screen.warn, allowed=allowed, expected=expected
    ) as opened:
        planned, place = opened.planned, opened.place
    made = planned.plan
    screen.place(place.project, place.url)
    show(made, screen)
    screen.document(lambda: _json(made))
    _warn_of_refusal(planned, allowed, screen)
    if markdown:
        _write_markdown(made, markdown, screen)
    if out:
        _save(made, out, _to_apply(ctx, paths), screen)
    ctx.exit(_status(made, detailed_exitcode))


def _warn_of_refusal(planned: Planned, allowed: Allowance, screen: Screen) -> None:
    """A review should know what an apply without further flags will say."""
    try:
        planned.check(allowed)
    except UnsafePlan as error:
        if not planned.plan.has_errors:
            first, *objections = error.summary.replace("is not applied", "would be refused by apply").split(
                "\n"
            )
            summary = f"{first} {'; '.join(each.strip(' -') for each in objections)}"
            screen.warn(Diagnostic(summary, why=error.why, hint=error.hint, severity=Severity.WARNING))


def _json(made: Plan) -> str:
    from reconciler.plan.file.document import to_json

    return to_json(made)


def _write_markdown(made: Plan, path: Path, screen: Screen) -> None:
    from reconciler.report.plan.markdown import plan_markdown

    write_private(path, plan_markdown(made, screen.caps))


def _save(made: Plan, path: Path, options: list[str], screen: Screen) -> None:
    if made.has_errors:
        screen.note(f"{path} was not written: a plan with errors cannot be applied")
        return
    write_private(path, _json(made))
    screen.note(f"saved; to do exactly this: {shlex.join(['reconciler', 'apply', str(path), *options])}")


def _to_apply(ctx: click.Context, paths: tuple[Path, ...]) -> list[str]:
    """What an apply has to be told that it does not find in this folder or in the environment."""
    words = []
    for name in ("url", "project"):
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            value = str(ctx.params[name])
            words += [f"--{name}", without_password(value) if name == "url" else value]
    here = Path.cwd()
    outside = [path for path in paths if not real(path).is_relative_to(here)]
    if outside:
        first = real(outside[0])
        words += ["--root", str(first if first.is_dir() else first.parent)]
    return words


def _status(made: Plan, detailed: bool) -> int:
    if made.has_errors:
        return 1
    if made.has_refusals:
        return REFUSED
    return 2 if detailed and (not made.is_empty or made.needs_a_person) else 0
