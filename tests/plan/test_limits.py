"""Limits measure what can be lost, each kind apart, and what they say is true."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from reconciler.errors import UnsafePlan
from reconciler.guard import Allowance, check, losses_of
from reconciler.plan import Limits, Plan, PlanOptions, make_plan
from reconciler.rules import BEYOND_LIMITS, grant_of
from reconciler.values import (
    Address,
    Desired,
    DesiredResource,
    Live,
    Owner,
    Ownership,
    Policy,
    Scope,
    Selector,
)

from .worlds import applied, declare, with_leaf

SHARED = Owner()


def owner(user: int | str) -> Owner:
    return Owner("team", str(user))


def user_set(user: int | str, agents: int = 3) -> list[DesiredResource]:
    """One user's agents, each with a private block, and a block and a source of the set."""
    mine = owner(user)
    names = [f"a{number}" for number in range(agents)]
    return [
        *(
            declare(Address(mine, "agent", name), {"name": name, "agent_type": "letta_v1_agent"})
            for name in names
        ),
        *(
            declare(Address(mine, "block", "persona", name), {"label": "persona", "value": "kind"})
            for name in names
        ),
        declare(Address(mine, "block", "state"), {"label": "state", "value": "calm"}),
        declare(Address(mine, "source", "notes"), {"name": "notes", "embedding": "e/1"}),
    ]


def shared(number: int) -> list[DesiredResource]:
    return [
        declare(Address(SHARED, "block", f"b{each}"), {"label": f"b{each}", "value": "rule"})
        for each in range(number)
    ]


def project(*parts: Iterable[DesiredResource]) -> Desired:
    return Desired("demo", {each.address: each for part in parts for each in part})


def users(number: int, agents: int = 3) -> list[DesiredResource]:
    return [each for user in range(number) for each in user_set(user, agents)]


def plan_of(
    desired: Desired,
    live: Live,
    limits: Limits = Limits(),
    *,
    scope: Scope = Scope(),
    options: PlanOptions = PlanOptions(prune=True),
) -> Plan:
    return replace(make_plan(desired, live, scope, options), limits=limits)


def objections(plan: Plan, live: Live, *allow: str) -> str:
    """What the guards say; empty when they let it pass."""
    try:
        check(plan, live, Allowance(tuple(map(grant_of, allow))))
    except UnsafePlan as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize("agents", [1, 3, 6, 40])
def test_a_user_who_left_is_one_set_whatever_it_held(agents: int) -> None:
    live = applied(project(users(3, agents), shared(1)))
    plan = plan_of(project(users(2, agents), shared(1)), live)
    assert losses_of(plan, live).sets == (owner(2),)
    assert not losses_of(plan, live).agents
    assert objections(plan, live) == ""
    assert objections(replace(plan, limits=Limits(max_deletes=1)), live) == ""
    assert "R106 deletes: it ends 1 user's set, the limit is 0" in objections(
        replace(plan, limits=Limits(max_deletes=0)), live
    )


def test_more_sets_than_the_limit_are_refused_with_the_number_to_allow() -> None:
    live = applied(project(users(9), shared(1)))
    plan = plan_of(project(users(3), shared(1)), live)
    said = objections(plan, live)
    assert "R106 deletes: it ends 6 users' sets, the limit is 5 (safety.max_deletes)" in said
    assert "allow it with --allow deletes=6" in said
    assert objections(plan, live, "deletes=5") == said
    for enough in ("deletes=6", "deletes=7", "R106=6", "r106=6", "deletes"):
        assert objections(plan, live, enough) == ""


def test_a_number_never_lowers_the_limit() -> None:
    live = applied(project(users(4), shared(1)))
    plan = plan_of(project(users(2), shared(1)), live)
    assert objections(plan, live, "deletes=1") == ""


def test_agents_of_sets_that_stay_are_counted_apart() -> None:
    live = applied(project(users(6, 2)))
    desired = project(each for each in users(6, 2) if "a1" not in str(each.address))
    plan = plan_of(desired, live)
    assert len(losses_of(plan, live).agents) == 6
    assert "it ends 6 agents, the limit is 5" in objections(plan, live)
    assert objections(plan, live, "deletes=6") == ""


def test_a_replaced_agent_counts_as_one_that_ends() -> None:
    live = applied(project(users(6, 1)))
    desired = project(users(6, 1))
    for user in range(6):
        desired = with_leaf(desired, Address(owner(user), "agent", "a0"), agent_type="react_agent")
    plan = plan_of(desired, live)
    assert not losses_of(plan, live).sets
    assert "it ends 6 agents" in objections(plan, live)


def test_shared_resources_are_counted_apart() -> None:
    live = applied(project(users(2), shared(7)))
    plan = plan_of(project(users(1), shared(1)), live)
    losses = losses_of(plan, live)
    assert (len(losses.sets), len(losses.agents), len(losses.shared)) == (1, 0, 6)
    assert "it ends 6 shared resources" in objections(plan, live)


def test_what_can_be_made_again_is_not_counted() -> None:
    """Forty blocks and sources as they were applied."""
    live = applied(project(users(20)))
    desired = project(each for each in users(20) if each.address.kind == "agent" or each.address.agent)
    plan = plan_of(desired, live)
    assert len(plan.changes) == 40
    assert objections(plan, live) == ""


def test_learned_values_that_end_in_a_set_that_stays_are_counted() -> None:
    live = applied(project(users(21)))
    for user in range(21):
        live = learned(live, Address(owner(user), "block", "state"))
    desired = project(each for each in users(21) if each.address.kind != "block" or each.address.agent)
    plan = plan_of(desired, live)
    assert "R107 overwrites: it ends 21 learned values, the limit is 20" in objections(plan, live)
    assert objections(plan, live, "overwrites=21") == ""


def test_learned_values_that_a_seed_is_written_over_are_counted() -> None:
    desired = project(users(21))
    live = applied(desired)
    for user in range(21):
        live = learned(live, Address(owner(user), "block", "state"))
    options = PlanOptions(reseed=(Selector("team/*/block/state"),))
    plan = plan_of(desired, live, options=options)
    assert len(losses_of(plan, live).overwrites) == 21
    assert "allow it with --allow overwrites=21" in objections(plan, live)
    few = plan_of(desired, live, options=PlanOptions(reseed=(Selector("team/1"),)))
    assert objections(few, live) == ""


def test_files_put_there_at_run_time_are_learned_values() -> None:
    live = applied(project(users(1)))
    address = Address(owner(0), "source", "notes")
    resource = live.resources[address]
    files = {f"files[n{number}.md]": "text" for number in range(21)}
    resource = replace(resource, leaves={**resource.leaves, **files})
    live = replace(live, resources={**live.resources, address: resource})
    plan = plan_of(project(each for each in users(1) if each.address.kind != "source"), live)
    assert "it ends 21 learned values" in objections(plan, live)


@pytest.mark.parametrize("number", [6, 31])
def test_destroy_obeys_the_limits(number: int) -> None:
    live = applied(project(users(number), shared(1)))
    scope = Scope((Selector("team/*"),))
    plan = plan_of(project(), live, scope=scope, options=PlanOptions(destroy=True))
    assert f"it ends {number} users' sets" in objections(plan, live)
    assert objections(plan, live, f"deletes={number}") == ""


def test_destroying_one_user_needs_nothing() -> None:
    live = applied(project(users(1, 6)))
    plan = plan_of(project(), live, options=PlanOptions(destroy=True))
    assert objections(plan, live) == ""
    percent = replace(plan, limits=Limits(max_change_percent=0))
    assert objections(percent, live) == ""


def test_a_set_is_only_ended_when_nothing_of_it_stays() -> None:
    live = applied(project(users(1, 6)))
    scope = Scope((Selector("team/0/agent/*"),))
    plan = plan_of(project(), live, scope=scope, options=PlanOptions(destroy=True))
    assert not losses_of(plan, live).sets
    assert "it ends 6 agents" in objections(plan, live)


# The share of what changes.


def changing(number: int, of: int) -> tuple[Plan, Live]:
    live = applied(project(shared(of)))
    desired = project(shared(of))
    for each in range(number):
        desired = with_leaf(desired, Address(SHARED, "block", f"b{each}"), limit=99)
    return plan_of(desired, live), live


def percent(limit: int | None) -> Limits:
    return Limits(max_change_percent=limit)


def test_no_share_is_too_large_unless_a_project_says_so() -> None:
    plan, live = changing(20, of=20)
    assert objections(plan, live) == ""


@pytest.mark.parametrize(
    ("number", "of", "limit", "refused"),
    [
        (3, 10, 30, False),
        (309, 1000, 30, True),
        (301, 1000, 30, True),
        (300, 1000, 30, False),
        (3, 400, 0, True),
        (1, 9, 0, True),
        (4, 9, 30, True),
        (0, 9, 0, False),
        (9, 9, 100, False),
    ],
)
def test_a_share_is_measured_exactly(number: int, of: int, limit: int, refused: bool) -> None:
    plan, live = changing(number, of)
    said = objections(replace(plan, limits=percent(limit)), live)
    assert ("R108 change-percent" in said) is refused


def test_a_share_says_what_to_allow() -> None:
    plan, live = changing(309, of=1000)
    plan = replace(plan, limits=percent(30))
    said = objections(plan, live)
    assert "changes 309 of 1000 resources (30.90 %), the limit is 30 %" in said
    assert "--allow change-percent=31" in said
    assert objections(plan, live, "change-percent=31") == ""


# Pruning everything.


def test_pruning_everything_is_refused_and_said_so() -> None:
    live = applied(project(users(1), shared(1)))
    said = objections(plan_of(project(), live), live)
    assert "R109 prune-all: it would prune everything there is" in said
    assert "reconciler destroy" in said
    assert objections(plan_of(project(), live), live, "prune-all") == ""


def test_an_absent_resource_does_not_switch_that_off() -> None:
    live = applied(project(users(1), shared(1)))
    address = Address(SHARED, "block", "b0")
    absent = declare(address, {"label": "b0"}, policy=Policy(default=Ownership.ABSENT))
    assert "everything there is" in objections(plan_of(project([absent]), live), live)


def test_pruning_all_of_several_users_is_refused_and_said_so() -> None:
    live = applied(project(users(3), shared(2)))
    said = objections(plan_of(project(shared(2)), live), live)
    assert "it would prune the sets of all 3 users" in said
    assert "everything" not in said


def test_pruning_the_last_user_of_a_project_that_goes_on_is_fine() -> None:
    live = applied(project(users(1), shared(2)))
    assert objections(plan_of(project(shared(2)), live), live) == ""


@pytest.mark.parametrize(
    "scope",
    [Scope(users=frozenset({"0"})), Scope((Selector("team/0"),)), Scope(exclude=(Selector("team/1"),))],
    ids=["user", "target", "exclude"],
)
def test_a_part_of_a_project_is_never_called_everything(scope: Scope) -> None:
    live = applied(project(users(1)))
    assert objections(plan_of(project(), live, scope=scope), live) == ""


def test_what_is_kept_makes_everything_untrue() -> None:
    live = applied(project(users(2)))
    assert objections(plan_of(project(users(1)), live), live) == ""


def test_force_is_the_sum_of_its_rules() -> None:
    live = applied(project(users(9), shared(9)))
    plan = plan_of(project(), live, percent(0))
    with pytest.raises(UnsafePlan):
        check(plan, live)
    check(plan, live, BEYOND_LIMITS)


def learned(live: Live, address: Address) -> Live:
    """The same server after an agent wrote into a block."""
    resource = live.resources[address]
    resource = replace(resource, leaves={**resource.leaves, "value": "something else"})
    return replace(live, resources={**live.resources, address: resource})
