"""Plans that would do more harm than meant are refused, with every objection and what to type."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.errors import UnsafePlan
from reconciler.guard import Allowance, check
from reconciler.plan import Limits, Plan, PlanOptions, make_plan
from reconciler.values import Address, Desired, Live, LiveResource, Owner, Policy, Scope

from .worlds import AGENT, GROUP, STATE, applied, declare, team, with_leaf


def many(count: int) -> Desired:
    """A project of blocks."""
    owner = Owner("team", "ada")
    blocks = [
        declare(Address(owner, "block", f"b{number}"), {"label": f"b{number}", "limit": 10})
        for number in range(count)
    ]
    return Desired("demo", {block.address: block for block in blocks})


def fewer(desired: Desired, keep: int) -> Desired:
    return replace(desired, resources=dict(list(desired.resources.items())[:keep]))


def prune(desired: Desired, live: Live, limits: Limits = Limits()) -> Plan:
    return replace(make_plan(desired, live, Scope(), PlanOptions(prune=True)), limits=limits)


def objection(plan: Plan, live: Live, allowance: Allowance = Allowance()) -> str:
    with pytest.raises(UnsafePlan) as refused:
        check(plan, live, allowance)
    return str(refused.value)


def test_more_deletes_than_the_limit_are_refused_and_force_allows_them() -> None:
    live = applied(many(100))
    plan = prune(fewer(many(100), 94), live)
    assert "deletes or replaces 6 resources, the limit is 5" in objection(plan, live)
    check(plan, live, Allowance(beyond_limits=True))
    check(replace(plan, limits=Limits(max_deletes=6)), live)


def test_changing_too_large_a_part_is_refused() -> None:
    live = applied(many(20))
    desired = many(20)
    for address in list(desired.resources)[:7]:
        desired = with_leaf(desired, address, limit=20)
    plan = make_plan(desired, live, Scope())
    assert "changes 7 of 20 resources (35 %)" in objection(plan, live)


def test_a_percentage_says_nothing_about_a_handful_of_resources() -> None:
    live = applied(many(9))
    desired = many(9)
    for address in desired.resources:
        desired = with_leaf(desired, address, limit=20)
    check(make_plan(desired, live, Scope()), live)


def test_creating_many_is_never_too_much() -> None:
    check(make_plan(many(500), Live(), Scope()), Live())


def test_pruning_to_zero_is_refused_and_names_destroy() -> None:
    live = applied(many(3))
    assert "reconciler destroy" in objection(prune(Desired("demo"), live), live)


def test_a_protected_resource_is_not_replaced_and_not_even_destroyed() -> None:
    protected = team()
    agent = replace(protected.resources[AGENT], policy=Policy(protect=True))
    protected = replace(protected, resources={**protected.resources, AGENT: agent})
    live = applied(team())
    plan = make_plan(protected, live, Scope(), PlanOptions(destroy=True))
    text = objection(plan, live, Allowance(destroy=True, beyond_limits=True, data_loss=True))
    assert f"{AGENT} is protected" in text


def test_an_agent_with_messages_is_deleted_only_when_its_loss_is_allowed() -> None:
    live = applied(team())
    spoken = replace(live.resources[AGENT], messages=12)
    live = replace(live, resources={**live.resources, AGENT: spoken})
    plan = make_plan(team(), live, Scope(), PlanOptions(destroy=True))
    assert "has 12 messages" in objection(plan, live, Allowance(destroy=True))
    check(plan, live, Allowance(destroy=True, data_loss=True))


def test_deleting_the_manager_of_a_sleeptime_group_that_stays_is_refused() -> None:
    live = applied(team())
    group = replace(live.resources[GROUP], leaves={"manager_type": "sleeptime", "manager_agent": str(AGENT)})
    live = replace(live, resources={**live.resources, GROUP: group})
    plan = make_plan(team(), live, Scope(), PlanOptions(destroy=True))
    only_agent = replace(plan, changes=tuple(c for c in plan.changes if c.address == AGENT))
    assert "manages the sleeptime group" in objection(only_agent, live, Allowance(destroy=True))


def test_a_foreign_sleeptime_group_protects_its_manager_too() -> None:
    live = applied(team())
    foreign = LiveResource("group", "group-9", "", {"manager_type": "sleeptime", "manager_agent": str(AGENT)})
    live = replace(live, unmanaged=(foreign,))
    plan = make_plan(team(), live, Scope(), PlanOptions(destroy=True))
    assert "group-9" in objection(plan, live, Allowance(destroy=True))


def test_a_block_that_is_still_attached_to_an_agent_that_stays_is_not_deleted() -> None:
    live = applied(team())
    plan = make_plan(team(), live, Scope(), PlanOptions(destroy=True))
    only_block = replace(plan, changes=tuple(c for c in plan.changes if c.address == STATE))
    assert f"still attached to {AGENT}" in objection(only_block, live, Allowance(destroy=True))


def test_an_errored_plan_is_never_applied_whatever_is_allowed() -> None:
    from reconciler.errors import Diagnostic

    plan = replace(make_plan(team(), Live(), Scope()), diagnostics=(Diagnostic("broken"),))
    allowance = Allowance(beyond_limits=True, data_loss=True, destroy=True)
    assert "it has errors" in objection(plan, Live(), allowance)
