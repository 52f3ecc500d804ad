"""What `--exclude` names is left alone, and what needs it and lacks it is left out and said."""

from __future__ import annotations

import pytest

from reconciler.plan import Plan, make_plan
from reconciler.values import Address, Desired, Live, Scope, Selector

from .worlds import ADA, AGENT, GROUP, NOTES, PERSONA, SECOND, STATE, applied, declare, team, with_leaf


def planned(exclude: str, live: Live | None = None, desired: Desired | None = None, target: str = "") -> Plan:
    targets = (Selector(target),) if target else ()
    return make_plan(desired or team(), live or Live(), Scope(targets, exclude=(Selector(exclude),)))


def changed(plan: Plan) -> set[Address]:
    return {change.address for change in plan.changes}


@pytest.mark.parametrize(
    ("excluded", "left"),
    [
        (STATE, {NOTES}),
        (NOTES, {STATE}),
        (AGENT, {STATE, NOTES}),
        (PERSONA, {STATE, NOTES}),
        (GROUP, {STATE, NOTES, AGENT, PERSONA}),
    ],
    ids=["block", "source", "agent", "private block", "group"],
)
def test_nothing_excluded_is_made_on_an_empty_server(excluded: Address, left: set[Address]) -> None:
    assert changed(planned(str(excluded))) == left


def test_it_wins_over_what_a_target_needs() -> None:
    assert changed(planned(str(STATE), target=str(GROUP))) == set()


def test_what_is_left_out_is_said_in_one_line() -> None:
    (said,) = planned(str(STATE)).diagnostics
    assert said.summary == "3 resources are left out: they need what --exclude leaves out"
    assert f"needs {STATE}, which is not on the server" in said.why
    assert not planned(str(STATE)).has_errors


def test_what_needs_something_excluded_that_is_there_is_not_left_out() -> None:
    live = applied(team())
    desired = with_leaf(with_leaf(team(), STATE, value="alert"), AGENT, system="be brief")
    plan = planned(str(STATE), live, desired)
    assert changed(plan) == {AGENT}
    assert not plan.diagnostics


def test_a_live_resource_that_comes_to_need_it_is_left_as_it_is() -> None:
    live = applied(team())
    mood = Address(ADA, "block", "mood")
    desired = with_leaf(team(), AGENT, **{"blocks[mood]": str(mood), "system": "be brief"})
    agent = desired.resources[AGENT]
    agent = declare(AGENT, agent.leaves, *agent.requires, mood)
    resources = {**desired.resources, AGENT: agent, mood: declare(mood, {"label": "mood", "value": "fine"})}
    plan = planned(str(mood), live, Desired("demo", resources))
    assert changed(plan) == set()
    assert plan.diagnostics


def test_nothing_is_said_where_nothing_needs_it() -> None:
    lone = declare(SECOND, {"name": "second", "agent_type": "letta_v1_agent"})
    plan = planned(str(SECOND), desired=Desired("demo", {**team().resources, SECOND: lone}))
    assert SECOND not in changed(plan)
    assert not plan.diagnostics
