"""Drift, learning and intent are told apart, and none is said twice."""

from __future__ import annotations

from dataclasses import replace

from reconciler.drift import drift_of
from reconciler.errors import Severity
from reconciler.plan import make_plan
from reconciler.plan.deferred import defer
from reconciler.values import Address, Live, Marker, Ownership, Policy, Scope, Selector
from tests.drift.fleets import agent, busy, fleet, group, persona, report_of, state
from tests.plan.worlds import applied, edited, with_leaf, without


def lost_leaf(live: Live, address: Address, path: str) -> Live:
    resource = live.resources[address]
    leaves = {key: leaf for key, leaf in resource.leaves.items() if key != path}
    return replace(live, resources={**live.resources, address: replace(resource, leaves=leaves)})


def test_nothing_moved_says_nothing() -> None:
    report = report_of(fleet(2), applied(fleet(2)))
    assert not report.has_drift
    assert (report.compared, report.users) == (8, 2)
    assert not report.statistics
    assert not report.diagnostics


def test_an_enforced_live_change_is_drift() -> None:
    live = edited(applied(fleet(1)), agent(1), system="be rude")
    report = report_of(fleet(1), live)
    assert [(each.address, each.field.path) for each in report.drift] == [(agent(1), "system")]
    assert report.has_drift
    assert report.unapplied == 0


def test_a_seeded_live_change_is_learning_alone() -> None:
    report = report_of(fleet(1), edited(applied(fleet(1)), persona(1), value="I learned"))
    assert not report.has_drift
    assert [each.address for each in report.learned] == [persona(1)]


def test_a_change_of_the_manifests_is_only_counted() -> None:
    desired = with_leaf(fleet(2), agent(1), system="be brief")
    report = report_of(desired, applied(fleet(2)))
    assert not report.has_drift
    assert not report.statistics
    assert report.unapplied == 1


def test_a_resource_with_drift_and_intent_counts_on_both_sides() -> None:
    desired = with_leaf(fleet(1), agent(1), system="be brief")
    report = report_of(desired, edited(applied(fleet(1)), agent(1), name="renamed"))
    assert [each.field.path for each in report.drift] == ["name"]
    assert report.unapplied == 1


def test_an_enforced_field_moved_on_both_sides_is_a_conflict_and_drift() -> None:
    desired = with_leaf(fleet(1), agent(1), system="be brief")
    report = report_of(desired, edited(applied(fleet(1)), agent(1), system="be rude"))
    assert [each.field.path for each in report.conflicts] == ["system"]
    assert not report.drift
    assert report.has_drift


def test_a_seed_moved_on_both_sides_is_a_conflict_but_not_drift() -> None:
    desired = with_leaf(fleet(1), persona(1), value="I am brief.")
    report = report_of(desired, edited(applied(fleet(1)), persona(1), value="I learned"))
    assert [each.address for each in report.conflicts] == [persona(1)]
    assert not report.has_drift


def test_an_extra_exact_member_is_drift_and_an_extra_block_is_learning() -> None:
    extra = {"tools[web_search]": "web_search", "blocks[notes]": "block-7"}
    report = report_of(fleet(1), edited(applied(fleet(1)), agent(1), **extra))
    assert [each.field.path for each in report.drift] == ["tools[web_search]"]
    assert [each.field.path for each in report.learned] == ["blocks[notes]"]


def test_a_new_user_is_intent_not_drift() -> None:
    report = report_of(fleet(2), applied(fleet(1)))
    assert not report.has_drift
    assert report.unapplied == 4


def test_a_deleted_block_is_told_by_the_agent_and_said_once() -> None:
    live = lost_leaf(without(applied(fleet(1)), state(1)), agent(1), "blocks[state]")
    report = report_of(fleet(1), live)
    assert [(each.address, each.seen_by) for each in report.deleted] == [(state(1), agent(1))]
    assert not report.drift
    assert report.unapplied == 0


def test_a_deleted_agent_is_told_by_its_group() -> None:
    live = lost_leaf(without(applied(fleet(1)), agent(1)), group(1), "agents[helper]")
    report = report_of(fleet(1), live)
    assert [(each.address, each.seen_by) for each in report.deleted] == [(agent(1), group(1))]


def test_the_id_a_group_goes_on_listing_is_no_news() -> None:
    live = lost_leaf(without(applied(fleet(1)), agent(1)), group(1), "agents[helper]")
    live = edited(live, group(1), **{"agents[agent-7]": "agent-7"})
    assert not report_of(fleet(1), live).drift
    with_stranger = edited(live, group(1), **{"agents[agent-8]": "agent-8"})
    assert len(report_of(fleet(1), with_stranger).drift) == 2


def test_a_deleted_agent_is_told_by_the_block_that_outlived_it() -> None:
    report = report_of(fleet(1), without(applied(fleet(1)), agent(1), group(1)))
    assert [(each.address, each.seen_by) for each in report.deleted] == [(agent(1), persona(1))]
    assert report.unapplied == 1  # of the group nothing tells that it was there


def test_a_detached_block_that_still_exists_is_a_lost_member() -> None:
    report = report_of(fleet(1), lost_leaf(applied(fleet(1)), agent(1), "blocks[state]"))
    assert [each.field.path for each in report.drift] == ["blocks[state]"]


def test_a_relabelled_block_is_said_once() -> None:
    live = lost_leaf(applied(fleet(1)), agent(1), "blocks[persona]")
    live = edited(live, agent(1), **{"blocks[me]": str(persona(1))})
    report = report_of(fleet(1), edited(live, persona(1), label="me"))
    assert not report.learned
    assert [(each.address, each.field.path) for each in report.drift] == [(persona(1), "label")]


def test_a_value_that_is_a_list_can_drift() -> None:
    desired = with_leaf(fleet(1), agent(1), tool_rules=[{"type": "run_first"}])
    live = edited(applied(desired), agent(1), tool_rules=[{"type": "exit_loop"}])
    report = report_of(desired, live)
    assert [each.field.path for each in report.drift] == ["tool_rules"]


def test_what_is_not_declared_is_listed_and_is_no_drift() -> None:
    report = report_of(fleet(1), applied(fleet(2)))
    assert set(report.undeclared) == {agent(2), persona(2), state(2), group(2)}
    assert not report.has_drift
    assert report.users == 1


def test_a_block_beyond_its_limit_is_a_warning() -> None:
    report = report_of(fleet(1), edited(applied(fleet(1)), persona(1), value="x" * 5400))
    (found,) = report.diagnostics
    assert (found.address, found.severity) == (str(persona(1)), Severity.WARNING)
    assert found.summary == "value is 5,400 characters, limit 40"
    assert not report.has_drift


def test_a_copied_marker_is_an_error() -> None:
    live = applied(fleet(1))
    copies = (live.resources[agent(1)], replace(live.resources[agent(1)], id="other"))
    assert report_of(fleet(1), replace(live, duplicates={agent(1): copies})).has_errors


def test_an_observed_field_is_never_drift() -> None:
    desired = fleet(1)
    policy = Policy(fields={"tools": Ownership.OBSERVED})
    helper = replace(desired.resources[agent(1)], policy=policy)
    desired = replace(desired, resources={**desired.resources, agent(1): helper})
    report = report_of(desired, edited(applied(desired), agent(1), **{"tools[web]": "web"}))
    assert not report.has_drift


def test_an_agent_that_is_running_right_now_changes_nothing_in_the_report() -> None:
    desired = with_leaf(with_leaf(fleet(2), agent(1), system="be brief"), persona(1), limit=50)
    live = edited(edited(applied(fleet(2)), agent(1), name="other"), agent(2), system="be rude")
    plan = make_plan(desired, live, Scope())
    running = defer(plan, [live.resources[agent(1)].id, live.resources[agent(2)].id])
    assert running != plan
    assert drift_of(running, live, Scope()) == drift_of(plan, live, Scope())
    assert drift_of(plan, live, Scope()).unapplied == 2


def test_only_the_scope_is_reported() -> None:
    live = edited(edited(applied(fleet(2)), agent(1), system="rude"), persona(2), value="x" * 99)
    report = report_of(fleet(2), live, scope=Scope(targets=(Selector("team/1"),)))
    assert (report.users, report.compared) == (1, 4)
    assert not report.diagnostics
    assert {each.address for each in report.drift} == {agent(1)}


def test_the_statistics_have_a_row_for_each_field_of_a_template() -> None:
    rows = {(row.what, row.field): row for row in busy().statistics}
    system = rows["team/*/agent/helper", "system"]
    assert (system.drifted, system.learned, system.of) == (2, 0, 5)
    value = rows["team/*/agent/helper/block/persona", "value"]
    assert (value.learned, value.conflicts, value.of) == (3, 1, 5)
    assert rows["team/*/agent/helper", "tools"].drifted == 1
    assert rows["team/*/block/state", ""].drifted == 1


def test_an_address_of_another_project_tells_nothing() -> None:
    live = applied(fleet(1))
    stranger = Marker("demo", agent(1), {"system": "0" * 12})
    kept = {agent(1): replace(live.resources[agent(1)], marker=stranger)}
    report = report_of(fleet(1), Live(kept))
    assert not report.deleted
