"""What the server would refuse to make is an error of the plan, and no 422 in the middle of an apply."""

from __future__ import annotations

import pytest

from reconciler.errors import Diagnostic, Severity
from reconciler.plan import make_plan
from reconciler.values import Desired, Live, Ownership, Policy, Scope
from tests.plan.worlds import AGENT, GROUP, applied, declare

OBSERVED = Policy(fields={"manager_agent": Ownership.OBSERVED})
MANAGED = {"manager_type": "supervisor", "manager_agent": str(AGENT)}


NOTHING = Live()


def errors(desired: Desired, live: Live = NOTHING) -> list[Diagnostic]:
    plan = make_plan(desired, live, Scope())
    return [each for each in plan.diagnostics if each.severity is Severity.ERROR]


@pytest.mark.parametrize(("policy", "count"), [(OBSERVED, 1), (Policy(), 0)])
def test_a_group_whose_manager_is_only_observed(policy: Policy, count: int) -> None:
    group = declare(GROUP, MANAGED, AGENT, policy=policy)
    desired = Desired("demo", {each.address: each for each in (group, declare(AGENT, {"name": "a"}))})
    found = errors(desired)
    assert [each.address for each in found] == [str(GROUP)] * count


def test_one_that_is_there_already_can_be_observed() -> None:
    group = declare(GROUP, MANAGED, AGENT, policy=OBSERVED)
    desired = Desired("demo", {each.address: each for each in (group, declare(AGENT, {"name": "a"}))})
    assert errors(desired, applied(desired)) == []
