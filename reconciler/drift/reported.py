"""What a drift report is drawn from, as its notices are shown it.

In and out: one type.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.plan.model import Plan
from reconciler.values import Live, Scope


@dataclass(frozen=True, slots=True)
class Reported:
    """A plan, the world it was made from, and what the report is about."""

    plan: Plan
    live: Live
    scope: Scope
