"""Whoever names a replaced resource is told of the new one, on the real server: nobody is cut off."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.live.drifting import EMBEDDING, agent, team, users
from tests.live.project import Project
from tests.live.raw import RawServer

NEW_TYPE = {"agent_type": "memgpt_v2_agent"}
NIGHT = {"type": "sleeptime", "agent": "helper", "frequency": 5}
DAY = {"type": "supervisor", "agent": "helper"}


def crew(
    *, manager: dict[str, Any] = NIGHT, helper: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """A manager, its worker, a group of both and a source."""
    agents = {"helper": agent(sources=["notes"], **(helper or {})), "worker": agent(sources=["notes"])}
    group = {"manager": manager, "agents": ["worker"], **more.pop("group", {})}
    return team(agents, sources={"notes": {}}, groups={"main": group}, **more)


def renamed(manifest: dict[str, Any]) -> dict[str, Any]:
    """The same with the helper called assistant."""
    found = copy.deepcopy(manifest)
    found["agents"]["assistant"] = found["agents"].pop("helper")
    group = found["groups"]["main"]
    if "agent" in group["manager"]:
        group["manager"]["agent"] = "assistant"
    group["agents"] = ["assistant" if each == "helper" else each for each in group["agents"]]
    return {**found, "moved": [{"from": "agent/helper", "to": "agent/assistant"}]}


@pytest.fixture
def made(project: Project) -> Project:
    project.write("team.yaml", crew(), users())
    project.apply()
    return project


def ids(server: RawServer) -> dict[str, str]:
    return {each["name"].rpartition("_")[2]: each["id"] for each in server.list("agents")}


def group(server: RawServer) -> dict[str, Any]:
    (found,) = server.list("groups")
    return found


def all_lead_somewhere(server: RawServer) -> None:
    """No group names an agent that is no more, and every agent of the crew has its source."""
    there = set(ids(server).values())
    for each in server.list("groups"):
        assert {*each["agent_ids"], each["manager_agent_id"] or each["agent_ids"][0]} <= there
    (notes,) = server.list("folders")
    for each in server.list("agents"):
        assert [source["id"] for source in each["sources"]] == [notes["id"]]


@pytest.mark.parametrize("manager", [NIGHT, DAY], ids=["sleeptime", "supervisor"])
def test_a_renamed_and_replaced_manager_takes_its_group_along(
    project: Project, server: RawServer, manager: dict[str, Any]
) -> None:
    project.write("team.yaml", crew(manager=manager), users())
    project.apply()
    before, old = ids(server), group(server)["id"]
    project.write("team.yaml", renamed(crew(manager=manager, helper=NEW_TYPE)), users())
    project.apply("--force")
    after = ids(server)
    assert after["worker"] == before["worker"]
    assert after["assistant"] != before["helper"]
    assert group(server)["id"] == old
    assert group(server)["manager_agent_id"] == after["assistant"]
    all_lead_somewhere(server)
    project.assert_settled()


@pytest.mark.parametrize("ownership", ["observed", "seeded"])
def test_a_replaced_manager_that_is_not_enforced_takes_its_group_along(
    project: Project, server: RawServer, ownership: str
) -> None:
    owned = {"group": {"ownership": {"manager_agent": ownership}}}
    project.write("team.yaml", crew(), users())
    project.apply()
    before, old = ids(server), group(server)["id"]
    project.write("team.yaml", crew(**copy.deepcopy(owned), helper=NEW_TYPE), users())
    project.apply("--force")
    assert ids(server)["worker"] == before["worker"]
    assert group(server)["id"] == old
    all_lead_somewhere(server)
    assert not project.plan()["changes"]


def test_a_renamed_and_replaced_member_leaves_no_dead_id(project: Project, server: RawServer) -> None:
    chat: dict[str, Any] = {"manager": {"type": "round_robin"}, "group": {"agents": ["helper", "worker"]}}
    project.write("team.yaml", crew(**copy.deepcopy(chat)), users())
    project.apply()
    project.write("team.yaml", renamed(crew(**copy.deepcopy(chat), helper=NEW_TYPE)), users())
    project.apply("--force")
    found = ids(server)
    assert group(server)["agent_ids"] == [found["assistant"], found["worker"]]
    project.assert_settled()


def test_a_group_that_is_no_longer_declared_is_told_as_well(made: Project, server: RawServer) -> None:
    before = ids(server)
    without = crew(helper=NEW_TYPE)
    del without["groups"]
    made.write("team.yaml", without, users())
    made.apply("--force")
    assert ids(server)["worker"] == before["worker"]
    assert group(server)["manager_agent_id"] == ids(server)["helper"]


def test_a_pruned_group_goes_before_its_replaced_manager(made: Project, server: RawServer) -> None:
    before = ids(server)
    without = crew(helper=NEW_TYPE)
    del without["groups"]
    made.write("team.yaml", without, users())
    made.apply("--force", "--prune")
    assert ids(server)["worker"] == before["worker"]
    assert not server.list("groups")
    made.assert_settled()


def test_a_group_and_its_manager_are_replaced_together(made: Project, server: RawServer) -> None:
    before = ids(server)
    made.write("team.yaml", crew(manager=DAY, helper=NEW_TYPE), users())
    made.apply("--force")
    assert ids(server)["worker"] == before["worker"]
    assert group(server)["manager_type"] == "supervisor"
    all_lead_somewhere(server)
    made.assert_settled()


def test_a_replaced_source_is_with_its_agents_under_another_name_too(
    made: Project, server: RawServer
) -> None:
    after = crew()
    after["sources"] = {"papers": {"embedding": "letta/letta-free"}}
    for each in after["agents"].values():
        each["sources"] = ["papers"]
    after["moved"] = [{"from": "source/notes", "to": "source/papers"}]
    made.write("team.yaml", after, users())
    made.apply("--force")
    all_lead_somewhere(server)
    made.assert_settled()


@pytest.mark.parametrize("target", ["team/ada/source/notes", "team/ada/agent/helper"])
def test_a_target_takes_along_what_names_it_and_changes_no_more_there(
    made: Project, server: RawServer, target: str
) -> None:
    before = ids(server)
    after = crew(helper=NEW_TYPE)
    after["sources"] = {"notes": {"embedding": "letta/letta-free"}}
    after["agents"]["worker"]["system"] = "be brief"
    made.write("team.yaml", after, users())
    made.apply("--target", target, "--force")
    assert server.agent("team_ada_worker")["system"] == "be kind"
    assert ids(server)["worker"] == before["worker"]
    all_lead_somewhere(server)


def test_a_shared_source_that_is_the_target_is_with_everybody_afterwards(
    project: Project, server: RawServer
) -> None:
    manifest = team({"a": agent(sources=["shared/notes"])})
    project.write("team.yaml", manifest, users("ada", "bob"))
    project.write("shared.yaml", {"kind": "Shared", "sources": {"notes": {"embedding": EMBEDDING}}})
    project.apply()
    project.write("shared.yaml", {"kind": "Shared", "sources": {"notes": {"embedding": "letta/letta-free"}}})
    project.apply("--target", "shared/source/notes", "--force")
    all_lead_somewhere(server)
    project.assert_settled()


def test_an_excluded_resource_that_names_a_replaced_one_stops_the_plan(
    made: Project, server: RawServer
) -> None:
    before = server.everything()
    made.write("team.yaml", crew(helper=NEW_TYPE), users())
    result = made.run("apply", str(made.root), "--yes", "--force", "--exclude", "team/ada/group/main")
    assert result.exit_code == 1, result.output
    assert "team/ada/group/main" in result.output
    assert server.everything() == before


def test_a_group_of_others_stops_the_replacement_of_its_member(made: Project, server: RawServer) -> None:
    body = {"agent_ids": [ids(server)["helper"]], "description": "an app's own"}
    other = server.call("POST", "/v1/groups/", body)["id"]
    made.write("team.yaml", crew(helper=NEW_TYPE), users())
    result = made.run("apply", str(made.root), "--yes", "--force")
    assert result.exit_code == 4, result.output
    assert other in result.output
