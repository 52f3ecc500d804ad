"""What a guard is shown, and what a guard is.

In: a plan with the limits of its project, the world, and what the person allowed. Out: two types. A guard is
a `Check` whose judge yields what it objects to; consent without a number is no matter of the judge: `check`
asks no guard whose rule gives way.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from reconciler.plan.identity.moved import as_planned
from reconciler.plan.model import Action, Change, Plan
from reconciler.rules import Allowance, Check
from reconciler.values import Live

NOTHING = Allowance()


@dataclass(frozen=True)
class Judged:
    """One plan before it is carried out."""

    plan: Plan
    read: Live
    """The world as the server was read."""
    allowance: Allowance = NOTHING

    @cached_property
    def live(self) -> Live:
        """The world under the addresses the plan calls it by."""
        return as_planned(self.plan, self.read)

    @cached_property
    def ending(self) -> dict[str, Change]:
        """What is deleted, by the text of its address."""
        return {str(change.address): change for change in self.plan.changes if change.action is Action.DELETE}


Guard: TypeAlias = Check[Judged]
