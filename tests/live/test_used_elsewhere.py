"""What is deleted is not taken from agents that are none of ours: they are named, and nothing is done."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.live import fleet
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.remote.world import TOOL_SOURCE

TEAM: dict[str, Any] = {
    "kind": "Constellation",
    "name": "team",
    "defaults": {"model": fleet.MODEL, "embedding": fleet.EMBEDDING},
    "blocks": {"state": {"value": "calm"}},
    "sources": {"notes": {"description": "Notes"}},
    "agents": {
        name: {
            "system": "be kind",
            "memory_blocks": {"persona": {"value": "I am"}},
            "shared_blocks": ["state"],
            "sources": ["notes"],
            "tools": ["shared/log_mood"],
        }
        for name in ("lead", "helper")
    },
    "groups": {"main": {"agents": ["lead", "helper"]}},
}
SHARED = {"kind": "Shared", "tools": {"log_mood": {"file": "log_mood.py"}}}
USERS = {"kind": "Users", "constellation": "team", "users": [{"id": "ada"}]}
ATTACH = {
    "block/state": ("blocks", "core-memory/blocks"),
    "agent/lead/block/persona": ("blocks", "core-memory/blocks"),
    "source/notes": ("folders", "folders"),
    "tool/log_mood": ("tools", "tools"),
}


@pytest.fixture
def team(project: Project) -> Project:
    (project.root / "log_mood.py").write_text(TOOL_SOURCE, encoding="utf-8")
    project.write("team.yaml", TEAM, SHARED, USERS)
    project.apply()
    return project


def id_of(project: Project, name: str) -> str:
    owner = "shared" if name.startswith("tool/") else "team/ada"
    listed = project.run("state", "list", "--json", "--manifests", str(project.root))
    found = {each["address"]: each["id"] for each in json.loads(listed.stdout)["resources"]}
    return str(found[f"{owner}/{name}"])


def destroy(project: Project, *selectors: str) -> Any:
    return project.run("destroy", *selectors, "--manifests", str(project.root), "--yes")


@pytest.mark.parametrize("name", ATTACH)
def test_a_destroy_is_refused_until_it_is_taken_off(team: Project, server: RawServer, name: str) -> None:
    stranger = fleet.agent(server, "stranger")["id"]
    path = f"/v1/agents/{stranger}/{ATTACH[name][1]}"
    server.call("PATCH", f"{path}/attach/{id_of(team, name)}")
    before = server.everything()
    refused = destroy(team, "team/ada", "shared")
    assert refused.exit_code == 4, refused.output
    assert f"attached to 1 agent outside this plan: stranger ({stranger})" in refused.output.replace(
        f": {stranger}", f": stranger ({stranger})"
    )
    assert server.everything() == before
    server.call("PATCH", f"{path}/detach/{id_of(team, name)}")
    done = destroy(team, "team/ada", "shared")
    assert done.exit_code == 0, done.output
    assert [agent["id"] for agent in server.list("agents")] == [stranger]


def test_a_prune_is_refused_as_well(team: Project, server: RawServer) -> None:
    stranger = fleet.agent(server, "stranger", block_ids=[id_of(team, "block/state")])["id"]
    agents = {name: {**body, "shared_blocks": []} for name, body in TEAM["agents"].items()}
    team.write("team.yaml", {**TEAM, "blocks": {}, "agents": agents}, SHARED, USERS)
    refused = team.run("apply", str(team.root), "--yes", "--prune", "--force")
    assert refused.exit_code == 4, refused.output
    assert f"stranger ({stranger})" in refused.output
    kept = team.run("apply", str(team.root), "--yes")
    assert kept.exit_code == 0, kept.output
    assert [block["label"] for block in server.agent("stranger")["blocks"]] == ["state"]


def test_a_group_of_somebody_else_keeps_its_member(team: Project, server: RawServer) -> None:
    stranger = fleet.agent(server, "stranger")["id"]
    lead = server.agent("team_ada_lead")["id"]
    made = server.call("POST", "/v1/groups/", {"agent_ids": [lead, stranger], "description": "theirs"})
    refused = destroy(team, "team/ada")
    assert refused.exit_code == 4, refused.output
    assert f"attached to the group {made['id']}" in refused.output
    server.call("PATCH", f"/v1/groups/{made['id']}", {"agent_ids": [lead]})
    assert destroy(team, "team/ada").exit_code == 0


def test_a_destroy_of_one_user_stays_within_its_budget(team: Project, server: RawServer) -> None:
    for number in range(5):
        fleet.agent(server, f"stranger{number}")
    result = team.run("destroy", "team/ada", "--manifests", str(team.root), "--yes", "--json")
    assert result.exit_code == 0, result.output
    agents, shared, values = 2, 2, 3
    """Values of blocks are read once more right before they are stored and deleted."""
    assert json.loads(result.stdout)["requests"]["reads"] <= 8 + 3 * agents + shared + values
