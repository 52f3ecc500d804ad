"""Each guard objects to its world, and what it advises lets the same plan pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import pytest

from reconciler.errors import Diagnostic, StateError, UnsafePlan
from reconciler.guard import check
from reconciler.guard.empty import Idle
from reconciler.guard.empty import judge as judge_empty
from reconciler.guard.endings.history_loss import Unstored
from reconciler.guard.endings.history_loss import judge as judge_history_loss
from reconciler.plan import Limits, Plan, PlanOptions, make_plan
from reconciler.rules import RULES, Allowance, grant_of
from reconciler.values import Live, LiveResource, Policy, Scope, SetBack, SetRecord
from tests.plan.worlds import ADA, AGENT, STATE, applied, edited, team

World: TypeAlias = tuple[Plan, Live]


def destroying(live: Live) -> World:
    return make_plan(team(), live, Scope(), PlanOptions(destroy=True)), live


def with_errors() -> World:
    return replace(make_plan(team(), Live(), Scope()), diagnostics=(Diagnostic("broken"),)), Live()


def mended(world: World) -> World:
    return replace(world[0], diagnostics=()), world[1]


def protected() -> World:
    desired = team()
    agent = replace(desired.resources[AGENT], policy=Policy(protect=True))
    desired = replace(desired, resources={**desired.resources, AGENT: agent})
    live = applied(team())
    return make_plan(desired, live, Scope(), PlanOptions(destroy=True)), live


def unprotected(world: World) -> World:
    return destroying(world[1])


def managing(manager_type: str) -> World:
    """An agent ends alone that manages a group of somebody else."""
    leaves = {"manager_type": manager_type, "manager_agent": str(AGENT)}
    live = replace(applied(team()), unmanaged=(LiveResource("group", "group-9", "", leaves),))
    return destroying(live)


def without_that_manager(world: World) -> World:
    plan, live = world
    (group,) = live.unmanaged
    other = replace(group, leaves={**group.leaves, "manager_agent": "agent-other"})
    return plan, replace(live, unmanaged=(other,))


def attached() -> World:
    plan, live = destroying(applied(team()))
    return replace(plan, changes=tuple(each for each in plan.changes if each.address == STATE)), live


def detached(world: World) -> World:
    plan, live = world
    agent = live.resources[AGENT]
    leaves = {path: leaf for path, leaf in agent.leaves.items() if leaf != str(STATE)}
    return plan, replace(live, resources={**live.resources, AGENT: replace(agent, leaves=leaves)})


FIRM: list[tuple[str, Callable[[], World], Callable[[World], World]]] = [
    ("errors", with_errors, mended),
    ("protected", protected, unprotected),
    ("cascade", lambda: managing("sleeptime"), without_that_manager),
    ("in-use", attached, detached),
]


def objections(world: World, *allowed: str) -> str:
    try:
        check(*world, Allowance(tuple(map(grant_of, allowed))))
    except UnsafePlan as refused:
        return refused.summary
    return ""


@pytest.mark.parametrize(("name", "world", "mend"), FIRM, ids=[name for name, *_ in FIRM])
def test_a_firm_guard_objects_until_its_advice_is_followed(
    name: str, world: Callable[[], World], mend: Callable[[World], World]
) -> None:
    rule = RULES[name]
    assert f"{rule.code} {name}: " in objections(world())
    assert f"{rule.code} {name}: " not in objections(mend(world()))


def spoken() -> World:
    live = applied(team())
    agent = replace(live.resources[AGENT], messages=3)
    return destroying(replace(live, resources={**live.resources, AGENT: agent}))


def with_background_agent() -> World:
    plan, live = managing("sleeptime")
    along = ("helper-sleeptime (agent-9)", "its group (group-9)")
    changes = (replace(each, takes_along=along) if each.address == AGENT else each for each in plan.changes)
    return replace(plan, changes=tuple(changes)), live


def of_nobody_any_more() -> World:
    desired = replace(team(), resources={})
    live = applied(team())
    return make_plan(desired, live, Scope(), PlanOptions(prune=True)), live


def with_a_record_made_anew() -> World:
    live = applied(team())
    plan, _ = of_nobody_any_more()
    return plan, replace(live, records={ADA: replace(SetRecord("demo", ADA), rebuilt=True)})


def set_back() -> World:
    return Plan("demo"), Live(set_back={ADA: SetBack(3, 7)})


def overwriting() -> World:
    live = edited(applied(team()), STATE, value="learned")
    from reconciler.values import Selector

    plan = make_plan(team(), live, Scope(), PlanOptions(reseed=(Selector(str(STATE)),)))
    return replace(plan, limits=Limits(max_overwrites=0)), live


def limited(world: World, limits: Limits) -> World:
    return replace(world[0], limits=limits), world[1]


def drifted() -> World:
    live = edited(applied(team()), AGENT, system="edited")
    return limited((make_plan(team(), live, Scope()), live), Limits(max_change_percent=1))


GIVING_WAY: dict[str, Callable[[], World]] = {
    "data-loss": spoken,
    "background-agent": with_background_agent,
    "deletes": lambda: limited(destroying(applied(team())), Limits(max_deletes=0)),
    "overwrites": overwriting,
    "change-percent": drifted,
    "prune-all": of_nobody_any_more,
    "rebuilt": with_a_record_made_anew,
    "restored": set_back,
}


@pytest.mark.parametrize("name", GIVING_WAY)
def test_a_guard_gives_way_to_the_option_it_prints(name: str) -> None:
    rule = RULES[name]
    said = objections(GIVING_WAY[name]())
    line = next(each for each in said.splitlines() if f"{rule.code} {name}: " in each)
    option = line.partition("--allow ")[2]
    assert f"{rule.code} {name}: " not in objections(GIVING_WAY[name](), option)


def test_a_value_that_cannot_be_kept_says_which_and_how_to_let_it_go() -> None:
    error = StateError("the disk is full", why="no space left", hint="make room")
    (found,) = judge_history_loss(Unstored(STATE, "value", error))
    assert found.titled.startswith(f"R110 history-loss: {STATE}: nothing was written")
    assert (found.why, found.hint) == ("the disk is full: no space left", "make room")
    assert grant_of(found.allow.removeprefix("--allow ")).rule == "history-loss"


def test_what_chooses_nothing_says_what_may_be_meant() -> None:
    (found,) = judge_empty(Idle("the selector 'taem/*'", "did you mean 'team'?"))
    assert found.titled == "R111 empty: the selector 'taem/*' chooses nothing"
    assert found.hint == "did you mean 'team'?"
    assert grant_of(found.allow.removeprefix("--allow ")).rule == "empty"


def test_every_guard_has_its_world_here() -> None:
    worlds = {*GIVING_WAY, *(name for name, *_ in FIRM), "history-loss", "empty", "crossing"}
    assert worlds == {rule.name for rule in RULES.values() if rule.code < "R200"}
