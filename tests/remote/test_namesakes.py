"""Resources of other projects at our addresses are shown by lists that are asked for anyway."""

from __future__ import annotations

from typing import Any

from reconciler.remote.marks.markers import agent_tags, describe
from reconciler.remote.read.assemble import Lists
from reconciler.remote.read.other_projects import asked, namesakes
from reconciler.remote.read.scope import Part
from reconciler.values import Address, Desired, DesiredResource, Marker, Namesake, Owner

ADA, BOB = Owner("team", "ada"), Owner("team", "bob")
HELPER, PERSONA = Address(ADA, "agent", "helper"), Address(ADA, "block", "persona", "helper")
RULES, MAIN = Address(Owner(), "block", "rules"), Address(ADA, "group", "main")
EVERYTHING = Part(())


def declared(*addresses: Address) -> Desired:
    return Desired("demo", {each: DesiredResource(each, each.name, {}) for each in addresses})


def test_an_agent_of_each_set_is_asked_about_and_a_block_only_where_there_is_none() -> None:
    state = Address(ADA, "block", "state")
    found = asked(declared(state, RULES, HELPER, PERSONA, MAIN), EVERYTHING)
    assert found.agents == ("letta-reconciler:address=team/ada/agent/helper",)
    assert found.blocks == ("letta-reconciler:address=shared/block/rules",)


def test_a_large_project_asks_about_a_few_and_about_as_many_sets_as_there_is_room_for() -> None:
    agents = [Address(Owner("team", str(n)), "agent", name) for n in range(50) for name in ("a", "b")]
    found = asked(declared(*agents), EVERYTHING)
    assert len(found.agents) == 16
    assert all(tag.endswith("/agent/a") for tag in found.agents)


def test_beyond_the_part_that_is_read_nothing_is_asked() -> None:
    part = Part((), frozenset({"team/bob"}))
    other = Address(BOB, "agent", "helper")
    assert asked(declared(HELPER, other), part).agents == ("letta-reconciler:address=team/bob/agent/helper",)


def rows(project: str) -> dict[str, Any]:
    return {
        "of_others": [{"id": "agent-1", "tags": agent_tags(Marker(project, HELPER))}],
        "blocks": [{"id": "block-1", "tags": agent_tags(Marker(project, RULES))}],
        "groups": [{"id": "group-1", "description": describe("text", Marker(project, MAIN))}],
    }


def found_of(project: str, *addresses: Address) -> dict[Address, Namesake]:
    listed = {"agents": [], "blocks": [], "groups": [], "folders": [], "tools": [], **rows(project)}
    return dict(namesakes(Lists("0.16.8", **listed), "demo", declared(*addresses)))


def test_agents_blocks_and_groups_of_others_are_found_at_declared_addresses_alone() -> None:
    assert found_of("old", HELPER, RULES, MAIN) == {
        HELPER: Namesake("agent-1", "old"),
        RULES: Namesake("block-1", "old"),
        MAIN: Namesake("group-1", "old"),
    }
    assert found_of("old", RULES) == {RULES: Namesake("block-1", "old")}


def test_what_is_ours_is_no_namesake() -> None:
    assert found_of("demo", HELPER, RULES, MAIN) == {}
