"""A plan that ends a block's value says which value it means, so that no other one can be lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.plan import Action, Change, Plan, PlanOptions, make_plan
from reconciler.plan.file.document import to_json
from reconciler.plan.file.open_saved import from_json
from reconciler.values import UNSET, Delete, Live, Ownership, Policy, Scope, Update, digest
from tests.plan.worlds import AGENT, STATE, applied, edited, team, with_leaf


def change_of(plan: Plan) -> Change:
    return next(change for change in plan.changes if change.address == STATE)


def deleted() -> Plan:
    return make_plan(
        team(), edited(applied(team()), STATE, value="learned"), Scope(), PlanOptions(destroy=True)
    )


def test_an_enforced_value_is_expected_to_be_as_planned() -> None:
    desired = with_leaf(team(), STATE, value="new")
    declared = replace(desired.resources[STATE], policy=Policy(fields={"value": Ownership.ENFORCED}))
    desired = replace(desired, resources={**desired.resources, STATE: declared})
    plan = make_plan(desired, edited(applied(team()), STATE, value="by hand"), Scope())
    (operation,) = change_of(plan).operations
    assert isinstance(operation, Update)
    assert operation.expect == {"value": digest("by hand")}


def test_a_deleted_block_says_which_value_goes_with_it() -> None:
    change = change_of(deleted())
    assert change.action is Action.DELETE
    assert [(field.path, field.live, field.desired) for field in change.fields] == [
        ("value", "learned", UNSET)
    ]
    assert change.operations == (Delete(STATE, f"id-{STATE}", {"value": digest("learned")}),)


@pytest.mark.parametrize(("messages", "expect"), [(0, {"messages": digest(0)}), (3, {})])
def test_an_agent_that_said_nothing_is_deleted_only_while_that_is_so(
    messages: int, expect: dict[str, str]
) -> None:
    live = applied(team())
    agent = replace(live.resources[AGENT], messages=messages)
    live = replace(live, resources={**live.resources, AGENT: agent})
    plan = make_plan(team(), live, Scope(), PlanOptions(destroy=True))
    change = next(change for change in plan.changes if change.address == AGENT)
    assert change.operations == (Delete(AGENT, f"id-{AGENT}", expect),)
    assert change.fields == ()


def test_a_block_that_is_only_no_longer_declared_shows_no_value() -> None:
    plan = make_plan(replace(team(), resources={}), applied(team()), Scope())
    kept = next(change for change in plan.kept if change.address == STATE)
    assert (kept.action, kept.fields, kept.operations) == (Action.KEEP, (), ())


def test_a_saved_plan_holds_what_a_delete_expects() -> None:
    plan = deleted()
    assert from_json(to_json(plan), {}).changes == plan.changes


def test_a_plan_saved_before_deletes_expected_anything_is_still_read() -> None:
    plan = make_plan(team(), Live(), Scope())
    assert '"expect"' not in to_json(plan)
    assert from_json(to_json(plan), {}).changes == plan.changes
