"""Situations in which a peer, lettactl, did the wrong thing: what is selected, refused, deleted and told.

In: its issues, by number, and what was measured of release 1.1.2. Two applies at once are in
tests/faults/test_two_at_once.py.
"""

from __future__ import annotations

import copy
import json

import pytest

from tests.live.drifting import MODEL, TEAM, agent, blocks, declare, drift, helper_with, settled, team, users
from tests.live.project import Project
from tests.live.raw import RawServer

HELPER = "team_ada_helper"


def test_a_selector_is_no_substring(project: Project, server: RawServer) -> None:
    """Measured: `--agent al` also deployed alice and ronald."""
    declare(project, team({name: agent() for name in ("al", "alice", "ronald")}))
    project.apply("--target", "team/*/agent/al")
    assert [each["name"] for each in server.list("agents")] == ["team_ada_al"]


def test_an_unset_environment_variable_is_an_error_and_never_an_empty_value(
    project: Project, server: RawServer
) -> None:
    """Measured: a missing variable printed FAILED, exited with 0 and counted as applied."""
    for helper in (
        helper_with(secrets={"KEY": {"secret_env": "NEVER_SET_ANYWHERE"}}),
        helper_with(system="${{ env.NEVER_SET_ANYWHERE }}"),
    ):
        declare(project, helper)
        result = project.run("apply", str(project.root), "--yes")
        assert result.exit_code == 1
        assert "NEVER_SET_ANYWHERE" in result.output
    assert not server.list("agents")


def test_unknown_keys_are_refused_before_anything_is_done(project: Project, server: RawServer) -> None:
    """A typo in a manifest was silently dropped."""
    declare(project, helper_with(sistem="be kind"))
    result = project.run("apply", str(project.root), "--yes")
    assert result.exit_code == 1
    assert "did you mean 'system'" in result.output
    assert not server.list("agents")


def test_a_manifest_cannot_name_a_block_of_another_user(project: Project, server: RawServer) -> None:
    """#263: blocks of one tenant were attached to agents of another."""
    crossing = helper_with(shared_blocks=["team/bob/block/state"])
    declare(project, crossing, users("ada", "bob"))
    result = project.run("apply", str(project.root), "--yes")
    assert result.exit_code == 1
    assert "team/bob/block/state" in result.output
    assert not server.list("agents")


def test_a_block_of_another_user_attached_at_run_time_is_drift_and_is_taken_off(
    project: Project, server: RawServer
) -> None:
    """#263: the server does not keep tenants apart on attachment, and nobody told."""
    declare(project, team({"one": agent()}, blocks={"plans": {"value": "secret"}}), users("ada", "bob"))
    project.apply()
    plans = [each["id"] for each in server.list("blocks") if each["label"] == "plans"]
    for name in ("team_ada_one", "team_bob_one"):
        one = server.agent(name)["id"]
        server.call("PATCH", f"/v1/agents/{one}/core-memory/blocks/attach/{plans[0]}")
    report = drift(project, exit_code=2)
    (found,) = report["drift"]
    assert found["field"]["note"] == "it belongs to another user"
    assert len(report["learned"]) == 1
    project.apply()
    attached = [set(blocks(server, name)) for name in ("team_ada_one", "team_bob_one")]
    assert sorted(map(sorted, attached)) == [["persona"], ["persona", "plans"]]
    assert not drift(project)["drift"]


def test_a_block_of_the_same_label_elsewhere_is_never_taken(project: Project, server: RawServer) -> None:
    """Measured: blocks, folders and archives were looked up by bare name across the organisation."""
    stranger = server.call("POST", "/v1/blocks/", {"label": "state", "value": "not yours"})
    declare(project)
    project.apply()
    assert blocks(server, HELPER)["state"]["id"] != stranger["id"]
    assert server.call("GET", f"/v1/blocks/{stranger['id']}")["value"] == "not yours"
    settled(project)


def test_prune_deletes_what_is_ours_and_undeclared_and_nothing_else(
    project: Project, server: RawServer
) -> None:
    """#384, #420, measured: `--prune tools` also took blocks off; `--prune agents` did nothing; a clean-up
    deleted every agent of a prefix."""
    agents = {name: agent("state") for name in ("one", "two")}
    parts = {"blocks": {"state": {"value": "calm"}, "plans": {"value": "none"}}}
    declare(project, team(agents, **parts))
    project.apply()
    foreign = server.call("POST", "/v1/agents/", {"name": "team_ada_three", "model": MODEL})
    extra = server.call("POST", "/v1/blocks/", {"label": "noted", "value": "by the agent"})
    one = server.agent("team_ada_one")["id"]
    server.call("PATCH", f"/v1/agents/{one}/core-memory/blocks/attach/{extra['id']}")
    declare(project, team({"one": agent("state")}, blocks={"state": {"value": "calm"}}))
    assert len(drift(project)["undeclared"]) == 3
    done = project.apply("--prune", "--force")
    assert {each["address"] for each in done["results"] if each["action"] == "delete"} == {
        "team/ada/agent/two",
        "team/ada/agent/two/block/persona",
        "team/ada/block/plans",
    }
    assert {each["name"] for each in server.list("agents")} == {"team_ada_one", "team_ada_three"}
    assert server.call("GET", f"/v1/agents/{foreign['id']}")["id"] == foreign["id"]
    assert set(blocks(server, "team_ada_one")) == {"persona", "state", "noted"}


def test_drift_and_learning_have_exit_codes_a_pipeline_can_use(project: Project, server: RawServer) -> None:
    """Measured: a dry run that found drift exited with 0, as did failures."""
    command = ("drift", str(project.root), "--quiet")
    declare(project)
    assert project.run(*command).exit_code == 0
    project.apply()
    held = blocks(server, HELPER)
    server.call("PATCH", f"/v1/blocks/{held['persona']['id']}", {"value": "learned"})
    assert project.run(*command).exit_code == 0
    server.call("PATCH", f"/v1/blocks/{held['rules']['id']}", {"value": "drifted"})
    assert project.run(*command).exit_code == 2
    project.apply()
    assert project.run(*command).exit_code == 0
    declare(project, helper_with(sistem="x"))
    assert project.run(*command).exit_code == 1


def test_a_value_over_its_limit_is_refused_offline(project: Project) -> None:
    """#306, #308: the server takes any length, and nobody checked."""
    team_with = copy.deepcopy(TEAM)
    team_with["agents"]["helper"]["memory_blocks"]["persona"]["limit"] = 3
    declare(project, team_with)
    result = project.run("validate", str(project.root), "--json")
    assert result.exit_code == 1
    assert "limit" in json.loads(result.stdout)["diagnostics"][0]["summary"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_of_ones_own_needs_no_key_whatever_it_is_called(project: Project, host: str) -> None:
    """Measured: only the word "localhost" was taken for a self-hosted server."""
    declare(project)
    project.url = project.url.replace("127.0.0.1", host)
    assert project.plan()["changes"]
