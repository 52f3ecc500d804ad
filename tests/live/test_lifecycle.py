"""What happens to resources over time: renamed, replaced, dropped, targeted, planned and applied later."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.live.project import Project, changed_paths
from tests.live.raw import RawServer

MODEL = "openai-proxy/gpt-4o-mini"
EMBEDDING = "openai/text-embedding-3-small"
OTHER_EMBEDDING = "openai/text-embedding-ada-002"

TEAM: dict[str, Any] = {
    "kind": "Constellation",
    "name": "team",
    "defaults": {"model": MODEL, "embedding": EMBEDDING, "tools": ["memory_insert"]},
    "blocks": {"state": {"value": "calm"}, "rules": {"value": "be kind", "read_only": True}},
    "sources": {"notes": {"files": ["notes/*.md"]}},
    "agents": {
        name: {
            "system": "be kind",
            "memory_blocks": {"persona": {"value": f"I am {name}"}},
            "shared_blocks": ["state", "rules"],
            "sources": ["notes"],
            "enable_sleeptime": False,
        }
        for name in ("lead", "helper")
    },
    "groups": {
        "main": {"manager": {"type": "supervisor", "agent": "lead"}, "agents": ["lead", "helper"]},
        "night": {"manager": {"type": "sleeptime", "agent": "lead", "frequency": 5}, "agents": ["helper"]},
    },
}
USERS = {"kind": "Users", "constellation": "team", "users": [{"id": "ada"}]}


@pytest.fixture
def team(project: Project) -> Project:
    """A small team, applied."""
    (project.root / "notes").mkdir()
    (project.root / "notes" / "a.md").write_text("# A\n\nfirst note\n", encoding="utf-8")
    declare(project, TEAM)
    project.apply()
    project.assert_settled()
    return project


def declare(project: Project, team: dict[str, Any], *more: dict[str, Any]) -> None:
    project.write("team.yaml", team, USERS, *more)


def changed(**changes: Any) -> dict[str, Any]:
    """The team with some top-level parts replaced."""
    return {**copy.deepcopy(TEAM), **changes}


def agent_changed(name: str, **fields: Any) -> dict[str, Any]:
    """The team with some fields of one agent replaced."""
    team = copy.deepcopy(TEAM)
    team["agents"][name].update(fields)
    return team


def ids(server: RawServer) -> dict[str, str]:
    return {agent["name"]: agent["id"] for agent in server.list("agents")}


def test_a_renamed_agent_keeps_its_id_its_memory_and_its_groups(team: Project, server: RawServer) -> None:
    before = ids(server)["team_ada_helper"]
    persona = next(b for b in server.agent("team_ada_helper")["blocks"] if b["label"] == "persona")
    server.call("PATCH", f"/v1/blocks/{persona['id']}", {"value": "I learned to juggle"})
    renamed = copy.deepcopy(TEAM)
    renamed["agents"]["coach"] = renamed["agents"].pop("helper")
    renamed["agents"]["coach"]["memory_blocks"] = {"persona": {"value": "I am helper"}}
    for group in renamed["groups"].values():
        group["agents"] = ["coach" if name == "helper" else name for name in group["agents"]]
    renamed["moved"] = [{"from": "agent/helper", "to": "agent/coach"}]
    declare(team, renamed)
    plan = team.plan()
    assert {change["action"] for change in plan["changes"]} == {"update"}
    team.apply("--force")
    assert ids(server)["team_ada_coach"] == before
    blocks = {block["label"]: block["value"] for block in server.agent("team_ada_coach")["blocks"]}
    assert blocks["persona"] == "I learned to juggle"
    assert not team.plan()["changes"]


def test_a_replaced_agent_keeps_its_blocks_and_groups_follow_it(team: Project, server: RawServer) -> None:
    before = server.agent("team_ada_lead")
    persona = next(block for block in before["blocks"] if block["label"] == "persona")
    server.call("PATCH", f"/v1/blocks/{persona['id']}", {"value": "I learned"})
    declare(team, agent_changed("lead", agent_type="memgpt_v2_agent"))
    plan = team.plan()
    replaced = next(change for change in plan["changes"] if change["action"] == "replace")
    assert (replaced["address"], replaced["reason"]) == ("team/ada/agent/lead", "immutable_changed")
    team.apply("--force")
    after = server.agent("team_ada_lead")
    assert after["id"] != before["id"]
    assert len(server.list("agents")) == 2
    assert next(b for b in after["blocks"] if b["label"] == "persona")["value"] == "I learned"
    groups = server.list("groups")
    assert {group["manager_agent_id"] for group in groups} == {after["id"]}
    assert len(groups) == 2
    assert not team.plan()["changes"]


def test_another_manager_type_replaces_the_group(team: Project, server: RawServer) -> None:
    groups = copy.deepcopy(TEAM["groups"])
    groups["main"] = {"manager": {"type": "round_robin"}, "agents": ["helper", "lead"]}
    declare(team, changed(groups=groups))
    assert [c["action"] for c in team.plan()["changes"]] == ["replace"]
    team.apply("--force")
    team.assert_settled()
    assert sorted(g["manager_type"] for g in server.list("groups")) == ["round_robin", "sleeptime"]


def test_another_embedding_replaces_the_source_and_its_agents_get_it_back(
    team: Project, server: RawServer
) -> None:
    declare(team, changed(sources={"notes": {"files": ["notes/*.md"], "embedding": OTHER_EMBEDDING}}))
    assert {c["address"]: c["action"] for c in team.plan()["changes"]} == {
        "team/ada/source/notes": "replace",
        "team/ada/agent/lead": "update",
        "team/ada/agent/helper": "update",
    }
    team.apply("--force")
    for agent in server.list("agents"):
        assert len(agent["sources"]) == 1
        assert "open_files" in {tool["name"] for tool in agent["tools"]}
    assert not team.plan()["changes"]


def test_a_changed_file_is_replaced_without_a_second_copy(team: Project, server: RawServer) -> None:
    (team.root / "notes" / "a.md").write_text("# A\n\nanother note, longer\n", encoding="utf-8")
    assert changed_paths(team.plan()) == {"team/ada/source/notes": ["files[a.md]"]}
    team.apply()
    team.assert_settled()
    folder = server.list("folders")[0]["id"]
    assert [f["original_file_name"] for f in server.call("GET", f"/v1/folders/{folder}/files")] == ["a.md"]


def test_a_member_dropped_from_every_list_is_detached_and_said(team: Project, server: RawServer) -> None:
    declare(team, agent_changed("helper", shared_blocks=["rules"], sources=[], tools=[]))
    team.apply()
    helper = server.agent("team_ada_helper")
    assert {block["label"] for block in helper["blocks"]} == {"persona", "rules"}
    assert not helper["sources"]
    assert not helper["tools"]
    team.assert_settled()


def test_swapping_the_block_behind_a_label_leaves_the_new_one_attached(
    team: Project, server: RawServer
) -> None:
    shared = {"kind": "Shared", "blocks": {"rules": {"value": "house rules"}}}
    team_without = agent_changed("helper", shared_blocks=["state", "shared/rules"])
    declare(team, team_without, shared)
    team.apply()
    blocks = {block["label"]: block["value"] for block in server.agent("team_ada_helper")["blocks"]}
    assert blocks["rules"] == "house rules"
    team.assert_settled()


def test_an_undeclared_agent_is_said_kept_and_pruned_only_on_demand(team: Project, server: RawServer) -> None:
    fewer = copy.deepcopy(TEAM)
    del fewer["agents"]["helper"]
    fewer["groups"] = {"main": {"manager": {"type": "supervisor", "agent": "lead"}, "agents": ["lead"]}}
    declare(team, fewer)
    kept = {change["address"]: change["reason"] for change in team.plan()["kept"]}
    assert kept["team/ada/agent/helper"] == "not_declared"
    team.apply("--force")
    assert "team_ada_helper" in ids(server)
    team.apply("--prune", "--force")
    assert list(ids(server)) == ["team_ada_lead"]
    assert len(server.list("groups")) == 1
    team.assert_settled()


def test_a_saved_plan_is_applied_exactly_and_then_refused_as_stale(team: Project, server: RawServer) -> None:
    declare(team, agent_changed("helper", system="be brief"))
    file = team.root.parent / "plan.json"
    assert team.run("plan", str(team.root), "-o", str(file)).exit_code == 0
    declare(team, agent_changed("helper", system="something else entirely"))
    result = team.run("apply", str(file), "--yes", "--root", str(team.root))
    assert result.exit_code == 0, result.output
    assert server.agent("team_ada_helper")["system"] == "be brief"
    again = team.run("apply", str(file), "--yes", "--root", str(team.root))
    assert again.exit_code == 4
    assert "team/ada/agent/helper: was changed" in again.output


def test_a_saved_plan_is_refused_when_an_agent_learned_meanwhile(team: Project, server: RawServer) -> None:
    seeds = agent_changed("helper", memory_blocks={"persona": {"value": "a new seed"}})
    declare(team, seeds)
    file = team.root.parent / "plan.json"
    team.run("plan", str(team.root), "-o", str(file))
    persona = next(b for b in server.agent("team_ada_helper")["blocks"] if b["label"] == "persona")
    server.call("PATCH", f"/v1/blocks/{persona['id']}", {"value": "learned meanwhile"})
    assert team.run("apply", str(file), "--yes", "--root", str(team.root)).exit_code == 4
    blocks = {block["label"]: block["value"] for block in server.agent("team_ada_helper")["blocks"]}
    assert blocks["persona"] == "learned meanwhile"


def test_exit_codes_tell_changes_apart_from_errors(team: Project) -> None:
    assert team.run("plan", str(team.root), "--detailed-exitcode").exit_code == 0
    declare(team, agent_changed("helper", system="be brief"))
    assert team.run("plan", str(team.root), "--detailed-exitcode").exit_code == 2
    assert team.run("apply", str(team.root)).exit_code == 4
    declare(team, agent_changed("helper", sistem="be brief"))
    assert team.run("plan", str(team.root), "--detailed-exitcode").exit_code == 1


def test_a_target_changes_nothing_else(team: Project, server: RawServer) -> None:
    both = copy.deepcopy(TEAM)
    for agent in both["agents"].values():
        agent["system"] = "be brief"
    declare(team, both)
    team.apply("--target", "team/ada/agent/helper")
    assert server.agent("team_ada_helper")["system"] == "be brief"
    assert server.agent("team_ada_lead")["system"] == "be kind"


def test_a_foreign_folder_of_the_same_name_is_refused_and_untouched(
    project: Project, server: RawServer
) -> None:
    server.call("POST", "/v1/folders/", {"name": "team_ada_notes", "embedding": EMBEDDING})
    (project.root / "notes").mkdir()
    (project.root / "notes" / "a.md").write_text("x", encoding="utf-8")
    declare(project, TEAM)
    before = server.everything()
    result = project.run("apply", str(project.root), "--yes")
    assert result.exit_code in (1, 4)
    assert "adopt" in result.output
    assert server.everything() == before


def test_a_copied_agent_is_reported_and_stays_as_it_is(team: Project, server: RawServer) -> None:
    original = server.agent("team_ada_helper")
    copied = server.call(
        "POST",
        "/v1/agents/",
        {
            "name": "a copy made in some UI",
            "model": MODEL,
            "tags": original["tags"],
            "metadata": original["metadata"],
            "include_base_tools": False,
        },
    )
    declare(team, agent_changed("helper", system="be brief"))
    (diagnostic,) = team.plan()["diagnostics"]
    assert copied["id"] in diagnostic["summary"]
    before = server.agent("a copy made in some UI")
    team.apply()
    assert server.agent("team_ada_helper")["system"] == "be brief"
    assert server.agent("team_ada_helper")["id"] == original["id"]
    assert server.agent("a copy made in some UI") == before


def test_what_cannot_be_unset_is_said_and_released(team: Project, server: RawServer) -> None:
    without = copy.deepcopy(TEAM)
    del without["agents"]["helper"]["system"]
    declare(team, without)
    (kept,) = team.plan()["kept"]
    assert kept["reason"] == "cannot_unset"
    assert "cannot un-set" in kept["fields"][0]["note"]
    assert "cannot un-set" in team.run("plan", str(team.root)).output
    team.apply()
    assert server.agent("team_ada_helper")["system"] == "be kind"
    team.assert_settled()
