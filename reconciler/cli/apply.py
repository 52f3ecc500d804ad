"""`reconciler apply`: make the server match the manifests, or do exactly what a saved plan says.

In: paths or a plan file. Out: the outcome of every change. Nothing is written before somebody said yes.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

import click

from reconciler.cli.shared import project
from reconciler.cli.shared.allow_option import consent_options
from reconciler.cli.shared.apply_plan import Consent, carry_out, typed
from reconciler.cli.shared.files import is_plan, read_text
from reconciler.cli.shared.locking_options import Alone, alone_options
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
from reconciler.cli.shared.strict import command
from reconciler.rules import BEYOND_LIMITS, Allowance
from reconciler.values import Owner, Scope, Selector

EPILOG = """\b
Examples:
  reconciler apply                       # plans, asks, applies
  reconciler apply plan.json             # exactly the saved plan, or refused as stale
  reconciler apply plan.json --skip-moved   # the rest of a stale plan
  reconciler apply --yes --user 42       # in CI
  reconciler apply --prune               # also delete what is no longer declared
"""


@command(epilog=EPILOG)
@paths_argument
@click.option("-y", "--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@click.option("--prune", is_flag=True, help="Delete what is no longer declared.")
@reseed_option
@skip_unsupported_option
@click.option(
    "--force",
    is_flag=True,
    help="Go beyond all limits: --allow deletes, overwrites, change-percent and prune-all at once.",
)
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=".",
    metavar="DIR",
    help="For a saved plan: the folder of its project, which has the say over limits and server.",
)
@click.option(
    "--skip-moved",
    is_flag=True,
    help="For a saved plan: leave out what moved on the server since, and what needs it.",
)
@consent_options
@serial_option
@scope_options
@alone_options
@server_options
@output_options
@click.pass_context
def apply(
    ctx: click.Context,
    paths: tuple[Path, ...],
    yes: bool,
    prune: bool,
    reseed: tuple[Selector, ...],
    skip_unsupported: bool,
    force: bool,
    root: Path,
    skip_moved: bool,
    allowed: Allowance,
    expected: Mapping[Owner, int],
    scope: Scope,
    alone: Alone,
    target: Target,
    screen: Screen,
) -> None:
    """Make the server match the manifests, or a saved plan."""
    from reconciler.plan import PlanOptions

    allowed = allowed.plus(BEYOND_LIMITS) if force else allowed
    file = plan_file(paths)
    if file is None:
        if skip_moved:
            raise click.UsageError(
                "--skip-moved is for a saved plan: reconciler apply plan.json --skip-moved"
            )
        options = PlanOptions(prune=prune, reseed=reseed, skip_unsupported=skip_unsupported)
        opening = project.planning(
            or_here(paths), target, scope, options, screen.warn, alone, allowed, expected
        )
        anew = ""
    else:
        _refuse_scope(scope, prune, reseed, file)
        opening = project.resuming(
            read_text(file), target, root, screen.warn, alone, skip_moved=skip_moved, expected=expected
        )
        anew = f"reconciler plan -o {shlex.quote(str(file))}"
    consent = Consent(allowed, yes, target.parallel, "Apply these changes", typed(ctx), anew)
    with opening as opened:
        status = carry_out(opened, consent, screen)
    ctx.exit(status)


def plan_file(paths: tuple[Path, ...]) -> Path | None:
    """The saved plan, when that is what was named: told by what is in the file, not by what it is called."""
    plans = [path for path in paths if is_plan(path)]
    if plans and len(paths) > 1:
        raise click.UsageError(f"{plans[0]} is a saved plan, which is applied by itself: leave out the rest")
    return plans[0] if plans else None


def _refuse_scope(scope: Scope, prune: bool, reseed: tuple[Selector, ...], file: Path) -> None:
    if prune or reseed or not scope.is_everything:
        raise click.UsageError(
            f"{file} is a saved plan: what it covers was decided when it was made; "
            "leave out --target, --exclude, --user, --shard, --reseed and --prune"
        )
