"""What would disturb a running agent waits, and only that."""

from __future__ import annotations

from reconciler.plan import Action, PlanOptions, make_plan
from reconciler.plan.deferred import defer, disturbed
from reconciler.values import Desired, Live, Scope
from tests.plan.worlds import (
    AGENT,
    GROUP,
    NOTES,
    PERSONA,
    SECOND,
    STATE,
    applied,
    declare,
    edited,
    team,
    with_leaf,
)

RUNNING = applied(team()).resources[AGENT].id


def test_a_plan_that_leaves_agents_alone_disturbs_none() -> None:
    assert disturbed(make_plan(team(), Live(), Scope())) == ()
    changed = make_plan(with_leaf(team(), STATE, description="new"), applied(team()), Scope())
    assert changed.changes
    assert disturbed(changed) == ()


def test_an_update_of_a_running_agent_is_deferred_and_said() -> None:
    plan = make_plan(with_leaf(team(), AGENT, description="new"), applied(team()), Scope())
    assert disturbed(plan) == (RUNNING,)
    later = defer(plan, {RUNNING})
    assert later.changes == ()
    assert [(change.address, change.action, change.writes) for change in later.kept] == [
        (AGENT, Action.DEFER, 0)
    ]


def test_an_idle_agent_is_not_deferred() -> None:
    plan = make_plan(with_leaf(team(), AGENT, description="new"), applied(team()), Scope())
    assert defer(plan, {"agent-of-somebody-else"}) == plan


def test_a_deferred_replacement_takes_the_group_that_would_move_over_along() -> None:
    plan = make_plan(with_leaf(team(), AGENT, agent_type="memgpt_v2_agent"), applied(team()), Scope())
    assert {change.address for change in plan.changes} == {AGENT, GROUP}
    later = defer(plan, {RUNNING})
    assert later.changes == ()
    assert {change.address for change in later.kept} == {AGENT, GROUP}


def test_memory_is_not_taken_from_under_an_agent_that_stays_for_now() -> None:
    plan = make_plan(team(), applied(team()), Scope(), PlanOptions(destroy=True))
    later = defer(plan, {RUNNING})
    assert [change.address for change in later.changes] == [GROUP]
    assert {AGENT, PERSONA, STATE} <= {change.address for change in later.kept}


def test_a_source_is_not_replaced_under_a_running_agent() -> None:
    plan = make_plan(with_leaf(team(), NOTES, embedding="e/2"), applied(team()), Scope())
    assert {change.address for change in plan.changes} == {NOTES, AGENT}
    later = defer(plan, {RUNNING})
    assert later.changes == ()
    assert {change.address for change in later.kept} == {NOTES, AGENT}


def test_whoever_shares_that_source_waits_too() -> None:
    second = declare(SECOND, {"name": "second", "system": "new", "sources[notes]": str(NOTES)}, NOTES)
    world = Desired("demo", {**team().resources, SECOND: second})
    live = edited(applied(world), SECOND, system="old")
    changed = with_leaf(world, NOTES, embedding="e/2")
    assert {change.address for change in make_plan(changed, live, Scope()).changes} == {NOTES, AGENT, SECOND}
    assert defer(make_plan(changed, live, Scope()), {RUNNING}).changes == ()
