"""From compared resources to a plan: what will be done, in which order, and what is only said. Pure."""

from reconciler.plan.build import make_plan
from reconciler.plan.changes import PlanOptions
from reconciler.plan.model import Action, Change, Finding, Limits, Plan, Reason

__all__ = ["Action", "Change", "Finding", "Limits", "Plan", "PlanOptions", "Reason", "make_plan"]
