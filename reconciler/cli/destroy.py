"""`reconciler destroy`: delete what selectors choose, declared or not.

In: selectors. Out: the outcome of every delete. Resources of other projects are never touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.erasing import Erasing
from reconciler.cli.shared import project
from reconciler.cli.shared.allow_option import consent_options
from reconciler.cli.shared.apply_plan import Consent, carry_out, typed
from reconciler.cli.shared.confirm import confirm
from reconciler.cli.shared.locking_options import Alone, alone_options
from reconciler.cli.shared.options import (
    NARROW_SELECTOR,
    Target,
    output_options,
    serial_option,
    server_options,
)
from reconciler.cli.shared.screen import Screen
from reconciler.cli.shared.strict import command
from reconciler.rules import Allowance
from reconciler.values import SHARED, Owner, Scope, Selector

if TYPE_CHECKING:
    from reconciler.plan import Plan

EPILOG = """\b
Examples:
  reconciler destroy pattern/42                  # everything of one user
  reconciler destroy 'pattern/*/agent/entropy'   # one agent of every user
  reconciler destroy pattern/42 --erase --report 42.md   # a person, and all that is left of one
"""


@command(epilog=EPILOG)
@click.argument("selectors", nargs=-1, required=True, type=NARROW_SELECTOR, metavar="SELECTOR...")
@click.option(
    "--manifests",
    type=click.Path(path_type=Path),
    default=".",
    show_default=True,
    metavar="PATH",
    help="Where the project is declared.",
)
@click.option(
    "--erase",
    is_flag=True,
    help="Also archives, blocks and identities that only these users have, and what this machine keeps of "
    "them: old values, journal, saved agents. Nothing is put aside.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="With --erase: what went and what is left, as Markdown, or as JSON in a .json file.",
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@consent_options
@serial_option
@alone_options
@server_options
@output_options
@click.pass_context
def destroy(
    ctx: click.Context,
    selectors: tuple[Selector, ...],
    manifests: Path,
    erase: bool,
    report: Path | None,
    yes: bool,
    allowed: Allowance,
    expected: Mapping[Owner, int],
    alone: Alone,
    target: Target,
    screen: Screen,
) -> None:
    """Delete what the selectors choose from the server."""
    from reconciler.plan import PlanOptions

    sets = _whole_sets(selectors) if erase else ()
    _check_report(report, erase)
    scope = Scope(targets=selectors)
    options = PlanOptions(destroy=True, erase=erase)
    consent = Consent(allowed, yes, target.parallel, "Delete all this", typed(ctx))
    with project.planning(
        (manifests,), target, scope, options, screen.warn, alone, allowed, expected
    ) as opened:
        plan = opened.planned.plan
        display = partial(_say_nothing_is_deleted, plan, selectors, screen) if plan.is_empty else None
        account = Erasing(opened, sets, report, screen).account if erase else None
        if erase and plan.is_empty and not yes:
            confirm("Erase what this machine keeps of them?", f"{typed(ctx)} --yes")
        status = carry_out(opened, consent, screen, display, account)
    ctx.exit(status)


def _check_report(report: Path | None, erase: bool) -> None:
    """Before anything is gone: what was erased cannot be told twice."""
    if report is None:
        return
    if not erase:
        raise click.UsageError("--report goes with --erase")
    if not report.absolute().parent.is_dir():
        raise click.UsageError(f"there is no folder {report.absolute().parent} for the report")


def _whole_sets(selectors: tuple[Selector, ...]) -> tuple[Owner, ...]:
    """Each named in full: a pattern may choose more persons than were meant."""
    wrong = [each.pattern for each in selectors if each.set_name != each.pattern or each.pattern == SHARED]
    if wrong:
        raise click.UsageError(
            f"--erase takes whole sets by name, such as pattern/42; not {', '.join(wrong)}"
        )
    return tuple(Owner.parse(each.pattern) for each in selectors)


def _say_nothing_is_deleted(plan: Plan, selectors: tuple[Selector, ...], screen: Screen) -> None:
    from reconciler.report.plan.sections import diagnostics
    from reconciler.report.text.lines import line
    from reconciler.report.text.printable import safe

    named = ", ".join(selector.pattern for selector in selectors)
    there = "what is there is refused" if plan.has_refusals else f"nothing of {named} is on the server"
    screen.result([line(safe(f"Nothing to delete: {there}.")), *diagnostics(plan.diagnostics)])
