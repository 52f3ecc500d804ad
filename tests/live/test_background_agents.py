"""An app turned on `enable_sleeptime`: the server made a background agent, which ends with the user's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.live import fleet
from tests.live.drifting import agent, team, users
from tests.live.project import Project
from tests.live.raw import RawServer

HELPER, TWIN = "team_ada_helper", "team_ada_helper-sleeptime"


@pytest.fixture
def dreaming(project: Project, server: RawServer) -> Project:
    """A provisioned agent with a shared block, and its twin."""
    blocks = {"state": {"value": "calm"}}
    project.write("team.yaml", team({"helper": agent("state"), "worker": agent()}, blocks=blocks), users())
    project.apply()
    server.call("PATCH", f"/v1/agents/{server.agent(HELPER)['id']}", {"enable_sleeptime": True})
    return project


def destroy(project: Project, *options: str) -> tuple[int, str]:
    result = project.run("destroy", "team/ada", "--manifests", str(project.root), "--yes", *options)
    return result.exit_code, result.output


def test_a_destroy_says_what_to_type_and_then_goes_on(dreaming: Project, server: RawServer) -> None:
    twin, before = server.agent(TWIN)["id"], server.everything()
    code, said = destroy(dreaming)
    assert code == 4, said
    assert twin in said
    assert "--allow background-agent" in said
    assert server.everything() == before
    code, said = destroy(dreaming, "--allow", "background-agent", "--json")
    assert code == 0, said
    assert not server.list("agents")
    assert not server.list("groups")
    saved = [each["saved_at"] for each in json.loads(said[said.index("{") :])["results"] if each["saved_at"]]
    assert [Path(path).exists() for path in saved] == [True]


def test_a_prune_of_the_user_does_as_well(dreaming: Project, server: RawServer) -> None:
    dreaming.write("team.yaml", team({"helper": agent("state")}, blocks={"state": {"value": "calm"}}))
    arguments = ("apply", str(dreaming.root), "--yes", "--prune", "--force")
    refused = dreaming.run(*arguments)
    assert refused.exit_code == 4, refused.output
    assert "R114 background-agent" in refused.output
    assert dreaming.run(*arguments, "--allow", "R114").exit_code == 0
    assert not server.list("agents")


def test_a_group_with_an_agent_of_somebody_else_is_never_taken_along(
    dreaming: Project, server: RawServer
) -> None:
    stranger = fleet.agent(server, "stranger")["id"]
    (group,) = server.list("groups")
    members = {"agent_ids": [*group["agent_ids"], stranger]}
    server.call("PATCH", f"/v1/groups/{group['id']}", members)
    code, said = destroy(dreaming, "--allow", "background-agent")
    assert code == 4, said
    assert "R104 cascade" in said
    assert server.agent("stranger")["id"] == stranger
