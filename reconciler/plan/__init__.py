"""From compared resources to a plan: what will be done, in which order, and what is only said. Pure."""

from reconciler.plan.build import PlanOptions, make_plan
from reconciler.plan.model import Action, Change, Finding, Plan, Reason

__all__ = ["Action", "Change", "Finding", "Plan", "PlanOptions", "Reason", "make_plan"]
