"""Plans that would do more harm than meant are refused, with every objection and what to type."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.errors import UnsafePlan
from reconciler.guard import Allowance, check
from reconciler.plan import Plan, PlanOptions, make_plan
from reconciler.rules import DATA_LOSS, RULES
from reconciler.values import Address, Desired, Live, LiveResource, Owner, Policy, Scope

from .worlds import AGENT, GROUP, STATE, applied, declare, team


def many(count: int) -> Desired:
    """A project of blocks."""
    owner = Owner("team", "ada")
    blocks = [
        declare(Address(owner, "block", f"b{number}"), {"label": f"b{number}", "limit": 10})
        for number in range(count)
    ]
    return Desired("demo", {block.address: block for block in blocks})


EVERYTHING = Allowance.of(*RULES.values())


def objection(plan: Plan, live: Live, allowance: Allowance = Allowance()) -> str:
    with pytest.raises(UnsafePlan) as refused:
        check(plan, live, allowance)
    return str(refused.value)


def test_creating_many_is_never_too_much() -> None:
    check(make_plan(many(500), Live(), Scope()), Live())


def test_a_protected_resource_is_not_replaced_and_not_even_destroyed() -> None:
    protected = team()
    agent = replace(protected.resources[AGENT], policy=Policy(protect=True))
    protected = replace(protected, resources={**protected.resources, AGENT: agent})
    live = applied(team())
    plan = make_plan(protected, live, Scope(), PlanOptions(destroy=True))
    text = objection(plan, live, EVERYTHING)
    assert f"{AGENT} is protected" in text


def test_an_agent_with_messages_is_deleted_only_when_its_loss_is_allowed() -> None:
    live = applied(team())
    spoken = replace(live.resources[AGENT], messages=12)
    live = replace(live, resources={**live.resources, AGENT: spoken})
    plan = make_plan(team(), live, Scope(), PlanOptions(destroy=True))
    assert "has 12 messages" in objection(plan, live)
    check(plan, live, Allowance.of(DATA_LOSS))


def test_deleting_the_manager_of_a_sleeptime_group_that_stays_is_refused() -> None:
    live = applied(team())
    group = replace(live.resources[GROUP], leaves={"manager_type": "sleeptime", "manager_agent": str(AGENT)})
    live = replace(live, resources={**live.resources, GROUP: group})
    plan = make_plan(team(), live, Scope(), PlanOptions(destroy=True))
    only_agent = replace(plan, changes=tuple(c for c in plan.changes if c.address == AGENT))
    assert "the sleeptime group" in objection(only_agent, live)


def test_a_foreign_sleeptime_group_protects_its_manager_too() -> None:
    live = applied(team())
    foreign = LiveResource("group", "group-9", "", {"manager_type": "sleeptime", "manager_agent": str(AGENT)})
    live = replace(live, unmanaged=(foreign,))
    plan = make_plan(team(), live, Scope(), PlanOptions(destroy=True))
    assert "group-9" in objection(plan, live)


def test_a_block_that_is_still_attached_to_an_agent_that_stays_is_not_deleted() -> None:
    live = applied(team())
    plan = make_plan(team(), live, Scope(), PlanOptions(destroy=True))
    only_block = replace(plan, changes=tuple(c for c in plan.changes if c.address == STATE))
    assert f"still attached to {AGENT}" in objection(only_block, live)


def test_an_errored_plan_is_never_applied_whatever_is_allowed() -> None:
    from reconciler.errors import Diagnostic

    plan = replace(make_plan(team(), Live(), Scope()), diagnostics=(Diagnostic("broken"),))
    allowance = EVERYTHING
    assert "R101 errors" in objection(plan, Live(), allowance)
