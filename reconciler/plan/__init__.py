"""From compared resources to a plan: what will be done, in which order, and what is only said. Pure."""

from reconciler.plan.build import held_at_run_time, make_plan
from reconciler.plan.changes import PlanOptions
from reconciler.plan.model import Action, Change, Finding, Limits, Plan, Reason

__all__ = [
    "Action",
    "Change",
    "Finding",
    "Limits",
    "Plan",
    "PlanOptions",
    "Reason",
    "held_at_run_time",
    "make_plan",
]
