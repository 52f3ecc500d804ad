"""Judges a plan by the rules.

In: a plan with the limits of its project, the world, what the person allowed, and the guards to ask. Out:
nothing, or UnsafePlan with every objection, its code, and what to do. Pure; it must not change the plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from reconciler.errors import Diagnostic, UnsafePlan
from reconciler.guard.guards import GUARDS
from reconciler.guard.judged import NOTHING, Guard, Judged
from reconciler.plan.model import Plan
from reconciler.rules import Allowance, said
from reconciler.values import Live


def check(plan: Plan, live: Live, allowance: Allowance = NOTHING, guards: Iterable[Guard] = GUARDS) -> None:
    """UnsafePlan with all objections, or nothing."""
    firm = plan.limits.rules.firm
    judged = Judged(plan, live, allowance.without(firm))
    objections = [_as_told(objection, firm) for objection in _objections(judged, guards)]
    if objections:
        lines = (f"  - {said(objection)}" for objection in objections)
        raise UnsafePlan("\n".join(("this plan is not applied:", *lines)))


def _as_told(objection: Diagnostic, firm: Collection[str]) -> Diagnostic:
    """Without the option that the project does not let anybody use."""
    if objection.rule not in firm or not objection.allow:
        return objection
    told = (objection.hint, f"no --allow helps: the project says safety.rules.{objection.rule}: firm")
    return replace(objection, allow="", hint="; ".join(filter(None, told)))


def _objections(judged: Judged, guards: Iterable[Guard]) -> Iterator[Diagnostic]:
    for guard in guards:
        if not judged.allowance.covers(guard.rule):
            yield from guard.judge(judged)
