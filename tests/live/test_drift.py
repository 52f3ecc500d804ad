"""`drift` on the real server: what was deleted, of whose users, what is known, what one user's run sees."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.live.drifting import TEAM, blocks, declare, drift, helper_with, paths, users
from tests.live.project import Project
from tests.live.raw import RawServer

GROUPED = {**TEAM, "groups": {"main": {"manager": {"type": "round_robin"}, "agents": ["helper"]}}}


@pytest.fixture
def team(project: Project) -> Project:
    """Two users' sets with a group each, applied."""
    declare(project, GROUPED, users("ada", "bob"))
    project.apply()
    assert not drift(project)["statistics"]
    return project


def deleted(report: dict[str, Any]) -> dict[str, str]:
    return {each["address"]: each["seen_by"] for each in report["deleted"]}


def attach(server: RawServer, agent: str, kind: str, target: str) -> None:
    path = {"block": "core-memory/blocks", "folder": "folders"}[kind]
    server.call("PATCH", f"/v1/agents/{server.agent(agent)['id']}/{path}/attach/{target}")


def test_a_deleted_block_is_drift_and_told_by_its_agent(team: Project, server: RawServer) -> None:
    server.call("DELETE", f"/v1/blocks/{blocks(server, 'team_ada_helper')['state']['id']}")
    report = drift(team, exit_code=2)
    assert deleted(report) == {"team/ada/block/state": "team/ada/agent/helper"}
    assert not report["drift"]
    assert report["unapplied"] == 0
    team.apply()
    team.assert_settled()


def test_a_deleted_agent_is_drift_and_told_by_what_it_left_behind(team: Project, server: RawServer) -> None:
    server.call("DELETE", f"/v1/agents/{server.agent('team_ada_helper')['id']}")
    report = drift(team, exit_code=2)
    assert set(deleted(report)) == {"team/ada/agent/helper"}
    assert not report["drift"]
    team.apply()
    team.assert_settled()


def test_a_resource_only_its_record_tells_of_is_deleted(team: Project, server: RawServer) -> None:
    group = server.list("groups")[0]
    server.call("DELETE", f"/v1/groups/{group['id']}")
    team.cache.unlink()
    report = drift(team, exit_code=2)
    assert [(each["seen_by"], each["id"]) for each in report["deleted"]] == [("", group["id"])]


def test_a_wiped_server_has_drifted_where_the_cache_remembers(team: Project, server: RawServer) -> None:
    for agent in server.list("agents"):
        server.call("DELETE", f"/v1/agents/{agent['id']}")
    for block in (*server.list("blocks"), *server.records()):
        server.call("DELETE", f"/v1/blocks/{block['id']}")
    for group in server.list("groups"):
        server.call("DELETE", f"/v1/groups/{group['id']}")
    assert drift(team, exit_code=2)["deleted"]


def test_a_resource_nothing_tells_of_counts_as_not_applied(team: Project, server: RawServer) -> None:
    group = server.list("groups")[0]
    server.call("DELETE", f"/v1/groups/{group['id']}")
    for record in server.records():
        server.call("DELETE", f"/v1/blocks/{record['id']}")
    team.cache.unlink()
    report = drift(team)
    assert (report["unapplied"], report["missing"]) == (1, 1)
    assert not report["deleted"]


def test_a_new_user_is_no_drift(team: Project) -> None:
    declare(team, GROUPED, users("ada", "bob", "eve"))
    report = drift(team)
    assert (report["unapplied"], report["statistics"]) == (5, [])


def test_the_statistics_count_users(team: Project, server: RawServer) -> None:
    for block in server.list("blocks"):
        if block["label"] == "persona":
            server.call("PATCH", f"/v1/blocks/{block['id']}", {"value": f"{block['id']} learned"})
    helper = server.agent("team_bob_helper")["id"]
    server.call("PATCH", f"/v1/agents/{helper}", {"system": "be rude"})
    rows = [(row["what"], row["field"], row["drifted"], row["learned"], row["of"])
            for row in drift(team, exit_code=2)["statistics"]]  # fmt: skip
    assert rows == [
        ("team/*/agent/helper", "system", 1, 0, 2),
        ("team/*/agent/helper/block/persona", "value", 0, 2, 2),
    ]
    assert not drift(team, "--user", "ada")["drift"]
    drift(team, "--user", "bob", exit_code=2)


def test_a_block_that_outgrew_its_limit_is_a_warning(team: Project, server: RawServer) -> None:
    persona = blocks(server, "team_ada_helper")["persona"]["id"]
    server.call("PATCH", f"/v1/blocks/{persona}", {"value": "x" * 5400})
    (found,) = drift(team)["diagnostics"]
    assert found["summary"] == "value is 5,400 characters, limit 200"
    assert found["severity"] == "warning"


def test_known_drift_is_left_out_until_it_moves_again(team: Project, server: RawServer) -> None:
    helper, file = server.agent("team_ada_helper")["id"], team.root.parent / "known.json"
    server.call("PATCH", f"/v1/agents/{helper}", {"system": "be rude"})
    drift(team, "--accept", "--baseline", str(file))
    assert "rude" not in file.read_text(encoding="utf-8")
    assert drift(team, "--baseline", str(file))["baseline"]["accepted"] == 1
    server.call("PATCH", f"/v1/agents/{helper}", {"system": "be ruder"})
    report = drift(team, "--baseline", str(file), exit_code=2)
    assert paths(report, "drift") == [("agent/helper", "system")]
    team.apply()
    assert len(drift(team, "--baseline", str(file))["baseline"]["stale"]) == 1


def test_a_copied_marker_is_a_warning(team: Project, server: RawServer) -> None:
    helper = server.agent("team_ada_helper")
    copied = {"name": "copy", "model": "openai-proxy/gpt-4o-mini", "include_base_tools": False}
    server.call("POST", "/v1/agents/", {**copied, "tags": helper["tags"], "metadata": helper["metadata"]})
    report = drift(team)
    assert [each["severity"] for each in report["diagnostics"]] == ["warning"]


def test_a_moved_resource_does_not_count_as_drift(team: Project) -> None:
    renamed = json.loads(json.dumps(GROUPED))
    renamed["agents"]["coach"] = renamed["agents"].pop("helper")
    renamed["groups"]["main"]["agents"] = ["coach"]
    renamed["moved"] = [{"from": "agent/helper", "to": "agent/coach"}]
    declare(team, renamed, users("ada", "bob"))
    report = drift(team)
    assert not report["statistics"]
    assert report["unapplied"]


def test_a_folder_of_another_user_is_taken_off_in_a_run_about_one_user(
    project: Project, server: RawServer
) -> None:
    (project.root / "notes.md").write_text("# note\n", encoding="utf-8")
    with_source = {**helper_with(sources=["notes"]), "sources": {"notes": {"files": ["notes.md"]}}}
    declare(project, with_source, users("ada", "bob"))
    project.apply()
    (folder,) = (each["id"] for each in server.list("folders") if "bob" in each["name"])
    attach(server, "team_ada_helper", "folder", folder)
    drift(project, "--user", "ada", exit_code=2)
    project.apply("--user", "ada")
    assert len(server.agent("team_ada_helper")["sources"]) == 1
    project.assert_settled()


def test_what_was_deleted_is_told_under_its_new_name_before_an_apply_renames_it(
    team: Project, server: RawServer
) -> None:
    server.call("DELETE", f"/v1/agents/{server.agent('team_ada_helper')['id']}")
    declare(team, {**GROUPED, "moved": [{"from": "user/ada", "to": "user/eve"}]}, users("eve", "bob"))
    report = drift(team, exit_code=2)
    assert set(deleted(report)) == {"team/eve/agent/helper"}
    assert not report["drift"]
    team.apply()
    team.assert_settled()
