"""Shows a plan to a person, in every command that makes one.

In: a plan. Out: its lines on the screen. It must not decide what becomes of the plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli.shared.screen import Screen

if TYPE_CHECKING:
    from reconciler.plan import Plan


def show(made: Plan, screen: Screen) -> None:
    """The plan for a person; quiet leaves the totals."""
    from reconciler.report.plan.sections import diagnostics
    from reconciler.report.plan.terminal import plan_lines
    from reconciler.report.plan.totals import no_changes, totals

    if screen.quiet:
        screen.result([no_changes(made) if made.is_empty else totals(made), *diagnostics(made.diagnostics)])
    else:
        screen.result(plan_lines(made, screen.caps))
