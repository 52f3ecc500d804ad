"""A saved plan is stale when something moved that it writes or relies on, and for no other reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from reconciler.errors import StalePlan
from reconciler.plan import Action, Plan, PlanOptions, Reason, make_plan
from reconciler.plan.file.document import to_json
from reconciler.plan.file.open_saved import from_json
from reconciler.plan.file.staleness import check_fresh, moved, without_moved
from reconciler.values import Address, Desired, Live, LiveResource, Marker, Scope

from .test_build import renamed_team
from .worlds import (
    ADA,
    AGENT,
    GROUP,
    NOTES,
    PERSONA,
    STATE,
    applied,
    declare,
    edited,
    team,
    with_leaf,
    without,
)

HOUSE = Address(ADA, "block", "house")
Edit = Callable[[Live], Live]


def saved(desired: Desired, live: Live, **options: bool) -> Plan:
    """The plan as it comes back from its file."""
    return from_json(to_json(make_plan(desired, live, Scope(), PlanOptions(**options))), {})


def told(desired: Desired, live: Live, now: Live, **options: bool) -> dict[str, str]:
    return {str(address): what for address, what in moved(saved(desired, live, **options), now).items()}


def marked_anew(live: Live, address: Address, **base: str) -> Live:
    """Somebody else applied to this resource meanwhile."""
    resource = live.resources[address]
    assert resource.marker is not None
    marker = Marker("demo", address, {**resource.marker.base, **base})
    return replace(live, resources={**live.resources, address: replace(resource, marker=marker)})


def made_anew(live: Live, address: Address) -> Live:
    resource = replace(live.resources[address], id="another")
    return replace(live, resources={**live.resources, address: resource})


def with_house(desired: Desired) -> Desired:
    """The agent is told of a block that was there before and does not change."""
    house = declare(HOUSE, {"label": "house", "value": "be kind"})
    agent = desired.resources[AGENT]
    leaves = {**agent.leaves, "blocks[house]": str(HOUSE)}
    agent = replace(agent, leaves=leaves, requires=agent.requires | {HOUSE})
    return replace(desired, resources={**desired.resources, HOUSE: house, AGENT: agent})


def with_house_there(live: Live) -> Live:
    return replace(live, resources={**live.resources, HOUSE: applied(with_house(team())).resources[HOUSE]})


CHANGED = with_leaf(team(), AGENT, system="be brief")
TAGGED = with_leaf(team(), AGENT, **{"system": "be brief", "tags[lead]": "lead"})


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda live: live, id="nothing"),
        pytest.param(lambda live: edited(live, PERSONA, value="learned meanwhile"), id="what was learned"),
        pytest.param(lambda live: edited(live, AGENT, description="edited"), id="another field of it"),
        pytest.param(lambda live: without(live, GROUP), id="a group that is gone"),
        pytest.param(lambda live: made_anew(live, NOTES), id="a source that is not written"),
        pytest.param(lambda live: edited(live, STATE, value="hungry"), id="a block that it has"),
    ],
)
def test_what_the_plan_does_not_write_may_move(edit: Edit) -> None:
    live = applied(team())
    check_fresh(saved(CHANGED, live), edit(live))


def test_a_value_that_is_kept_may_move_on_while_something_else_of_its_block_is_written() -> None:
    live = edited(applied(team()), PERSONA, value="learned")
    desired = with_leaf(team(), PERSONA, description="who it is")
    check_fresh(saved(desired, live), edited(live, PERSONA, value="learned more"))


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        (lambda live: edited(live, AGENT, system="be funny"), "was changed: system"),
        (lambda live: edited(live, AGENT, **{"tags[urgent]": "urgent"}), "was changed: tags[urgent]"),
        (lambda live: marked_anew(live, AGENT, system="other"), "was applied to meanwhile"),
        (lambda live: without(live, AGENT), "is gone"),
        (lambda live: made_anew(live, AGENT), "is another resource now (another)"),
        (lambda live: replace(live, duplicates={AGENT: ()}), "its marker was copied"),
    ],
)
def test_what_the_plan_writes_may_not_move_and_is_named(edit: Edit, what: str) -> None:
    live = applied(team())
    assert told(TAGGED, live, edit(live)) == {str(AGENT): what}
    with pytest.raises(StalePlan, match="team/ada/agent/helper: "):
        check_fresh(saved(TAGGED, live), edit(live))


def test_a_create_needs_a_free_address() -> None:
    assert told(team(), Live(), applied(team()))[str(STATE)] == f"exists by now (id-{STATE})"


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        (lambda live: without(live, HOUSE), f"needs {HOUSE}, which is gone"),
        (lambda live: made_anew(live, HOUSE), f"needs {HOUSE}, which is another resource now (another)"),
    ],
)
@pytest.mark.parametrize("is_new", [False, True])
def test_what_is_named_by_id_has_to_be_there_still(edit: Edit, what: str, is_new: bool) -> None:
    """An attachment, or a create, that names a block which the plan itself leaves as it is."""
    live = with_house_there(applied(team()))
    live = without(live, AGENT, GROUP) if is_new else live
    assert told(with_house(team()), live, edit(live))[str(AGENT)] == what
    check_fresh(saved(with_house(team()), live), edited(live, HOUSE, value="be cruel"))


def test_a_group_needs_its_members() -> None:
    live = without(applied(team()), GROUP)
    assert told(team(), live, without(live, AGENT)) == {str(GROUP): f"needs {AGENT}, which is gone"}


@pytest.mark.parametrize(
    ("desired", "options"),
    [
        (replace(team(), resources={}), {"prune": True}),
        (with_leaf(team(), NOTES, embedding="e/2"), {}),
    ],
    ids=["delete", "replace"],
)
def test_what_ends_may_not_have_moved_at_all(desired: Desired, options: dict[str, bool]) -> None:
    live = applied(team())
    now = edited(live, NOTES, instructions="ask first")
    assert told(desired, live, now, **options)[str(NOTES)] == "was changed"


def test_a_move_is_looked_up_where_it_was() -> None:
    live = applied(team())
    check_fresh(saved(renamed_team(), live), live)
    assert told(renamed_team(), live, without(live, AGENT))["team/ada/agent/coach"] == "is gone"


def test_what_moved_is_left_out_and_the_rest_stays() -> None:
    live = applied(team())
    desired = with_leaf(CHANGED, STATE, label="state", description="how it is")
    plan = saved(desired, live)
    now = edited(live, AGENT, system="be funny")
    left = without_moved(plan, moved(plan, now))
    assert [change.address for change in left.changes] == [STATE]
    deferred = [change for change in left.kept if change.action is Action.DEFER]
    assert [(change.address, change.reason) for change in deferred] == [(AGENT, Reason.OUTDATED)]
    assert not any(change.operations for change in deferred)
    check_fresh(left, now)


def test_what_needs_the_moved_is_left_out_too() -> None:
    plan = saved(team(), Live())
    block = applied(team()).resources[NOTES]
    left = without_moved(plan, moved(plan, Live({NOTES: block})))
    assert {change.address for change in left.changes} == {STATE}
    reasons = {change.address: change.reason for change in left.kept}
    assert reasons == {
        NOTES: Reason.OUTDATED,
        AGENT: Reason.NEEDS_OUTDATED,
        PERSONA: Reason.NEEDS_OUTDATED,
        GROUP: Reason.NEEDS_OUTDATED,
    }


def test_nothing_is_deleted_under_what_is_left_out() -> None:
    """A block is deleted only once its agent no longer has it."""
    live = applied(team())
    agent = team().resources[AGENT]
    leaves = {path: leaf for path, leaf in agent.leaves.items() if path != "blocks[state]"}
    agent = replace(agent, leaves=leaves, requires=agent.requires - {STATE}, named=frozenset({"blocks"}))
    resources = {address: each for address, each in team().resources.items() if address != STATE}
    plan = saved(replace(team(), resources={**resources, AGENT: agent}), live, prune=True)
    assert {change.address for change in plan.changes} == {AGENT, STATE}
    left = without_moved(plan, {AGENT: "was changed"})
    assert left.is_empty


def test_nothing_is_replaced_under_a_group_that_is_left_out() -> None:
    """The group has to be told the new id, or the old agent would end as its member."""
    plan = saved(with_leaf(team(), AGENT, agent_type="memgpt_v2_agent"), applied(team()))
    assert {change.address for change in plan.changes} == {AGENT, GROUP}
    assert without_moved(plan, {GROUP: "was changed"}).is_empty


def test_a_stranger_with_the_same_name_does_not_count() -> None:
    live = applied(team())
    stranger = LiveResource("block", "block-9", "state", {"value": "other"})
    check_fresh(saved(CHANGED, live), replace(live, unmanaged=(stranger,)))
