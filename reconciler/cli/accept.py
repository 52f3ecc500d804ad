"""`reconciler accept`: settle what agents learned, and conflicts, until they move again.

In: addresses or globs. Out: a note in the records of their sets, and nothing else: no value is written. What
is settled is in no plan and no drift report, and does not count for their exit status.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.history import manifests_option
from reconciler.cli.shared import project
from reconciler.cli.shared.allow_option import allow_option
from reconciler.cli.shared.apply_plan import Consent, carry_out, typed
from reconciler.cli.shared.locking_options import Alone, alone_options
from reconciler.cli.shared.options import SELECTOR, Target, output_options, server_options
from reconciler.cli.shared.screen import Screen
from reconciler.cli.shared.strict import command
from reconciler.errors import ReconcilerError
from reconciler.project.selectors import refuse_selector
from reconciler.rules import Allowance
from reconciler.values import Scope, Selector

if TYPE_CHECKING:
    from reconciler.plan.model import Finding
    from reconciler.project.planned import Planned

EPILOG = """\b
Examples:
  reconciler accept pattern/42/block/current_state       # this value is fine as it is
  reconciler accept 'pattern/*/agent/*/block/persona'    # what all of them learned
"""


@command(epilog=EPILOG)
@click.argument("selectors", nargs=-1, required=True, type=SELECTOR, metavar="SELECTOR...")
@manifests_option
@allow_option
@alone_options
@server_options
@output_options
@click.pass_context
def accept(
    ctx: click.Context,
    selectors: tuple[Selector, ...],
    manifests: Path,
    allowed: Allowance,
    alone: Alone,
    target: Target,
    screen: Screen,
) -> None:
    """Settle what was learned, and conflicts, until they move again."""
    from reconciler.plan import PlanOptions
    from reconciler.plan.records.accepted import acceptable, accepting

    scope = Scope(targets=selectors)
    consent = Consent(allowed, True, target.parallel, "Settle these", typed(ctx))
    opening = project.planning((manifests,), target, scope, PlanOptions(), screen.warn, alone, allowed)
    with opening as opened:
        planned = opened.planned
        found = acceptable(planned.plan)
        chosen = _chosen(selectors, found, planned, allowed.without(planned.plan.limits.rules.firm))
        plan = accepting(planned.plan, planned.live, chosen)
        settled = replace(planned, proposal=replace(planned.proposal, plan=plan), again=None)
        opened = replace(opened, planned=settled)
        status = carry_out(opened, consent, screen, lambda: _show(chosen, screen))
    ctx.exit(status)


def _chosen(
    selectors: tuple[Selector, ...], found: tuple[Finding, ...], planned: Planned, allowed: Allowance
) -> list[Finding]:
    """ReconcilerError where a selector names nothing to settle, or the set of what it names has no record."""
    known = sorted({str(each.address) for each in found})
    for selector in selectors:
        if not any(selector.matches(each.address) for each in found):
            refuse_selector(selector, known, allowed)
    chosen = [each for each in found if any(selector.matches(each.address) for selector in selectors)]
    missing = {each.address.owner for each in chosen} - planned.live.records.keys()
    if missing:
        raise ReconcilerError(
            f"{min(map(str, missing))} has no record on the server, which would remember this",
            why="no apply of this release has written the set yet",
            hint="reconciler apply writes it",
        )
    return chosen


def _show(chosen: list[Finding], screen: Screen) -> None:
    from reconciler.report.text.lines import line
    from reconciler.report.text.printable import safe
    from reconciler.report.text.words import count

    lines = [line(safe(f"= {each.address}  {each.field.path}")) for each in chosen]
    screen.result([*lines, line(f"{count(len(chosen), 'value')} settled until they move again.")])
