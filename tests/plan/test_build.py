"""What a plan holds, for worlds that differ in one thing."""

from __future__ import annotations

from dataclasses import replace

from reconciler.plan import Action, Plan, PlanOptions, Reason, make_plan
from reconciler.plan.records.next_record import with_records
from reconciler.values import (
    Address,
    Attach,
    Carry,
    Create,
    Delete,
    Desired,
    Detach,
    Live,
    LiveResource,
    Marker,
    Owner,
    Ownership,
    Policy,
    Recompile,
    Renames,
    Scope,
    Selector,
    Update,
)

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
    paths,
    team,
    with_leaf,
    without,
)


def plan(desired: Desired, live: Live, scope: Scope = Scope(), **options: bool) -> Plan:
    return make_plan(desired, live, scope, PlanOptions(**options))


def kinds_of_operations(made: Plan) -> list[type]:
    return [type(operation) for change in made.changes for operation in change.operations]


def test_plan_after_apply_is_empty() -> None:
    made = plan(team(), applied(team()))
    assert made.is_empty
    said = (*made.kept, *made.drift, *made.learned, *made.conflicts, *made.diagnostics)
    assert not said
    assert made.compared == 5


def test_plan_on_an_empty_server_creates_everything_dependencies_first() -> None:
    made = plan(team(), Live())
    assert [change.action for change in made.changes] == [Action.CREATE] * 5
    assert [change.address for change in made.changes] == [STATE, NOTES, AGENT, PERSONA, GROUP]


def test_private_blocks_travel_in_the_create_request_of_their_agent() -> None:
    made = plan(team(), Live())
    agent = next(change for change in made.changes if change.address == AGENT)
    create = agent.operations[0]
    assert isinstance(create, Create)
    assert [block.address for block in create.inline] == [PERSONA]
    assert made.writes == 4
    assert PERSONA not in agent.requires


def test_private_block_with_metadata_is_created_first_because_the_server_drops_inline_metadata() -> None:
    made = plan(with_leaf(team(), PERSONA, **{"metadata.k": "v"}), Live())
    assert made.writes == 5


def test_new_private_block_of_a_living_agent_is_created_then_attached() -> None:
    live = without(applied(team()), PERSONA)
    live = edited(live, AGENT)
    agent = live.resources[AGENT]
    leaves = {path: leaf for path, leaf in agent.leaves.items() if path != "blocks[persona]"}
    live = replace(live, resources={**live.resources, AGENT: replace(agent, leaves=leaves)})
    made = plan(team(), live)
    assert kinds_of_operations(made) == [Create, Attach, Recompile]


def test_changed_field_gives_exactly_one_change_with_its_reason() -> None:
    made = plan(with_leaf(team(), AGENT, system="be brief"), applied(team()))
    (change,) = made.changes
    assert (change.address, change.action, change.reason) == (AGENT, Action.UPDATE, Reason.FIELD_CHANGED)
    assert paths(change.fields) == ["system"]
    assert kinds_of_operations(made) == [Update, Recompile]


def test_live_edit_of_an_enforced_field_is_drift_and_is_reverted() -> None:
    made = plan(team(), edited(applied(team()), AGENT, system="be rude"))
    assert [change.reason for change in made.changes] == [Reason.DRIFTED]
    assert [finding.field.path for finding in made.drift] == ["system"]


def test_learned_value_is_kept_and_said() -> None:
    made = plan(team(), edited(applied(team()), PERSONA, value="kind and curious"))
    assert made.is_empty
    assert [(change.action, change.reason) for change in made.kept] == [(Action.KEEP, Reason.LEARNED)]
    assert [finding.address for finding in made.learned] == [PERSONA]


def test_seed_changed_after_learning_keeps_live_and_says_so() -> None:
    desired = with_leaf(team(), PERSONA, value="stern")
    made = plan(desired, edited(applied(team()), PERSONA, value="kind and curious"))
    assert made.is_empty
    assert [change.reason for change in made.kept] == [Reason.SEED_CHANGED]


def test_update_beside_a_learned_value_never_writes_the_learned_value() -> None:
    desired = with_leaf(team(), PERSONA, limit=900)
    made = plan(desired, edited(applied(team()), PERSONA, value="kind and curious"))
    (change,) = made.changes
    (update,) = change.operations
    assert isinstance(update, Update)
    assert update.changed == {"limit"}
    assert "value" not in update.after


def test_update_of_a_seeded_value_names_what_it_expects_to_find() -> None:
    made = plan(with_leaf(team(), PERSONA, value="stern"), applied(team()))
    (update,) = made.changes[0].operations
    assert isinstance(update, Update)
    assert list(update.expect) == ["value"]


def test_swapping_a_block_under_one_label_detaches_before_it_attaches() -> None:
    desired = with_leaf(team(), AGENT, **{"blocks[state]": "shared/block/state"})
    made = plan(desired, applied(team()))
    assert kinds_of_operations(made)[:2] == [Detach, Attach]


def test_undeclared_resource_is_kept_and_said_without_prune() -> None:
    desired = team()
    fewer = replace(desired, resources={a: r for a, r in desired.resources.items() if a != GROUP})
    made = plan(fewer, applied(desired))
    assert made.is_empty
    assert [(change.address, change.reason) for change in made.kept] == [(GROUP, Reason.NOT_DECLARED)]


def test_prune_deletes_what_is_no_longer_declared() -> None:
    desired = team()
    fewer = replace(desired, resources={a: r for a, r in desired.resources.items() if a != GROUP})
    made = plan(fewer, applied(desired), prune=True)
    assert [(change.address, change.action) for change in made.changes] == [(GROUP, Action.DELETE)]


def test_destroy_deletes_groups_then_agents_then_blocks_and_sources() -> None:
    made = plan(team(), applied(team()), destroy=True)
    assert [change.address.kind for change in made.changes] == ["group", "agent", "source", "block", "block"]
    assert set(kinds_of_operations(made)) == {Delete}


def test_immutable_field_of_an_agent_replaces_it_and_moves_the_group_before_the_old_one_goes() -> None:
    made = plan(with_leaf(team(), AGENT, agent_type="memgpt_v2_agent"), applied(team()))
    agent, group = made.changes
    assert (agent.action, agent.reason) == (Action.REPLACE, Reason.IMMUTABLE_CHANGED)
    assert [type(operation) for operation in agent.operations] == [Update, Create, Carry]
    assert [type(operation) for operation in agent.afterwards] == [Delete]
    assert (group.address, group.reason) == (GROUP, Reason.DEPENDENCY_REPLACED)


def test_replaced_agent_keeps_its_private_blocks_and_so_its_memory() -> None:
    made = plan(with_leaf(team(), AGENT, agent_type="memgpt_v2_agent"), applied(team()))
    create = made.changes[0].operations[1]
    assert isinstance(create, Create)
    assert not create.inline
    assert create.leaves["blocks[persona]"] == str(PERSONA)


def test_leftover_of_a_replace_that_crashed_is_deleted_without_prune() -> None:
    live = applied(team())
    leftover = replace(AGENT, name="helper~replaced")
    live = replace(live, resources={**live.resources, leftover: replace(live.resources[AGENT], id="old")})
    made = plan(team(), live)
    assert [(change.address, change.action) for change in made.changes] == [(leftover, Action.DELETE)]


def test_replaced_source_is_attached_again_to_its_agents() -> None:
    made = plan(with_leaf(team(), NOTES, embedding="e/2"), applied(team()))
    assert [change.address for change in made.changes] == [NOTES, AGENT]
    assert [type(operation) for operation in made.changes[0].operations] == [Update, Create, Carry]
    assert [type(operation) for operation in made.changes[0].afterwards] == [Delete]
    assert Attach in kinds_of_operations(made)


def test_target_covers_what_lies_below_and_makes_what_is_missing_above() -> None:
    made = plan(team(), Live(), Scope(targets=(Selector("team/ada/agent/helper"),)))
    assert {change.address for change in made.changes} == {STATE, NOTES, AGENT, PERSONA}


def test_excluded_dependency_is_an_error_not_a_surprise() -> None:
    scope = Scope(targets=(Selector("team/ada/group/main"),))
    lonely = Desired("demo", {GROUP: team().resources[GROUP]})
    made = plan(lonely, Live(), scope)
    assert made.has_errors
    assert "needs team/ada/agent/helper" in made.diagnostics[0].summary


def test_copied_marker_is_an_error_that_lists_both_and_touches_neither() -> None:
    live = applied(team())
    original = live.resources[AGENT]
    copy = replace(original, id="agent-copy")
    live = replace(without(live, AGENT), duplicates={AGENT: (original, copy)})
    made = plan(team(), live)
    assert made.is_empty
    assert made.has_errors
    assert "agent-copy" in made.diagnostics[0].summary
    assert original.id in made.diagnostics[0].summary


def test_foreign_folder_of_the_same_name_is_an_error() -> None:
    foreign = LiveResource("source", "source-9", "server-notes", {})
    made = plan(team(), Live(unmanaged=(foreign,)))
    assert [d.address for d in made.diagnostics] == [str(NOTES)]


def test_unknown_builtin_tool_is_an_error_with_a_guess() -> None:
    desired = with_leaf(team(), AGENT, **{"tools[memory_insrt]": "memory_insrt"})
    tool = LiveResource("tool", "tool-1", "memory_insert", {})
    made = plan(desired, Live(unmanaged=(tool,)))
    assert made.diagnostics[0].hint == "did you mean 'memory_insert'?"


def test_reference_to_another_users_resource_is_always_an_error() -> None:
    other = declare(replace_owner("ben"), {"label": "state", "value": "x"})
    agent = team().resources[AGENT]
    crossing = replace(agent, requires=agent.requires | {other.address})
    desired = replace(team(), resources={**team().resources, AGENT: crossing, other.address: other})
    made = plan(desired, Live())
    assert any("another user" in diagnostic.summary for diagnostic in made.diagnostics)


def replace_owner(user: str):  # type: ignore[no-untyped-def]
    return replace(STATE, owner=replace(ADA, user=user))


def test_observed_fields_are_left_out_of_a_create() -> None:
    from reconciler.values import Ownership, Policy

    agent = team().resources[AGENT]
    observed = replace(agent, policy=Policy(fields={"system": Ownership.OBSERVED}))
    desired = replace(team(), resources={**team().resources, AGENT: observed})
    create = next(c for c in plan(desired, Live()).changes if c.address == AGENT).operations[0]
    assert isinstance(create, Create)
    assert "system" not in create.leaves


def test_converged_value_is_noted_in_the_record_and_nothing_is_written() -> None:
    live = applied(team())
    agent = live.resources[AGENT]
    assert agent.marker is not None
    stale = Marker("demo", AGENT, {**agent.marker.base, "system": "000000000000"})
    live = replace(live, resources={**live.resources, AGENT: replace(agent, marker=stale)})
    made = plan(team(), live)
    assert made.is_empty
    (record,) = with_records(made, live).records
    assert record.after.known[AGENT].base["system"] == agent.marker.base["system"]


def test_what_an_update_does_not_reach_is_sent_without_the_mark() -> None:
    (change,) = plan(with_leaf(team(), AGENT, system="be brief"), applied(team())).changes
    (update,) = (each for each in change.operations if isinstance(each, Update))
    assert update.is_marked
    assert set(update.after) == {"system"}


def test_a_lost_mark_is_written_with_what_it_shares_its_fields_with() -> None:
    live = replace(applied(team()), unmarked=frozenset({AGENT}))
    (change,) = plan(team(), live).changes
    (update,) = (each for each in change.operations if isinstance(each, Update))
    assert not update.is_marked


def renamed_team() -> Desired:
    """The same team after its agent was renamed, with the move declared."""
    resources = {}
    moves = {
        AGENT: replace(AGENT, name="coach"),
        PERSONA: replace(PERSONA, agent="coach"),
    }
    texts = {str(old): str(new) for old, new in moves.items()}
    for address, resource in team().resources.items():
        leaves = {
            path.replace("[helper]", "[coach]"): texts.get(leaf, leaf) if isinstance(leaf, str) else leaf
            for path, leaf in resource.leaves.items()
        }
        if address == GROUP:
            leaves["order"] = ["coach"]
        requires = frozenset(moves.get(needed, needed) for needed in resource.requires)
        new = moves.get(address, address)
        resources[new] = replace(resource, address=new, leaves=leaves, requires=requires)
    links = {Address(Owner(), "agent", "helper"): Address(Owner(), "agent", "coach")}
    return Desired("demo", resources, Renames({"team": links}))


def test_a_moved_agent_keeps_its_id_and_its_blocks_and_only_markers_are_written() -> None:
    made = plan(renamed_team(), applied(team()))
    assert {change.action for change in made.changes} == {Action.UPDATE}
    agent = next(change for change in made.changes if change.address.name == "coach")
    assert (agent.reason, agent.moved_from) == (Reason.MOVED, AGENT)
    assert agent.id == f"id-{AGENT}"
    assert set(kinds_of_operations(made)) == {Update}
    assert not [operation for change in made.changes for operation in change.operations if operation.changed]  # type: ignore[union-attr]
    assert not made.kept


def test_a_saved_move_is_fresh_while_nothing_moved_on_the_server() -> None:
    from reconciler.plan.file.staleness import check_fresh

    check_fresh(plan(renamed_team(), applied(team())), applied(team()))


def test_a_move_whose_old_address_is_gone_is_a_create() -> None:
    made = plan(renamed_team(), Live())
    assert {change.action for change in made.changes} == {Action.CREATE}


def test_reseed_writes_the_seed_over_what_was_learned_only_where_asked() -> None:
    live = edited(applied(team()), PERSONA, value="kind and curious")
    live = edited(live, STATE, value="hungry")
    made = make_plan(team(), live, Scope(), PlanOptions(reseed=(Selector(str(PERSONA)),)))
    (change,) = made.changes
    assert change.address == PERSONA
    assert [kept.address for kept in made.kept] == [STATE]
    (update,) = change.operations
    assert isinstance(update, Update)
    assert update.after["value"] == "kind"
    assert "value" in update.expect


def test_a_private_block_that_must_not_exist_is_not_made_with_its_agent() -> None:
    persona = replace(team().resources[PERSONA], policy=Policy(default=Ownership.ABSENT))
    made = plan(replace(team(), resources={**team().resources, PERSONA: persona}), Live())
    assert PERSONA not in {change.address for change in made.changes}
    assert PERSONA not in made.makes


def test_what_must_not_exist_cannot_be_needed() -> None:
    desired = team()
    gone = replace(desired.resources[STATE], policy=Policy(Ownership.ABSENT))
    wanted = replace(desired, resources={**desired.resources, STATE: gone})
    made = plan(wanted, applied(team()))
    assert [each.address for each in made.diagnostics if each.severity.value == "error"] == [str(AGENT)]
    assert f"needs {STATE}, which must not exist" in made.diagnostics[0].summary
