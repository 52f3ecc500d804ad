"""Agents change their own memory through their tools: learning where they may, drift where they may not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.live.drifting import AGENT, blocks, declare, drift, helper_with, paths, tell
from tests.live.project import Project
from tests.live.raw import RawServer

HELPER = "team_ada_helper"
PERSONA, RULES = "agent/helper/block/persona", "agent/helper/block/rules"

EDITS: list[tuple[str, dict[str, Any]]] = [
    ("memory_insert", {"new_string": "I like tea."}),
    ("memory_replace", {"old_string": "e", "new_string": "ee"}),
    ("memory_rethink", {"new_memory": "All is different now."}),
]
OLD = {"persona": "kind.", "rules": "honest."}


@pytest.fixture
def team(project: Project) -> Project:
    """One user's set, applied and settled."""
    declare(project)
    project.apply()
    assert not drift(project)["statistics"]
    return project


def edit(server: RawServer, tool: str, label: str, arguments: dict[str, Any]) -> None:
    if "old_string" in arguments:
        arguments = {**arguments, "old_string": OLD[label]}
    assert tell(server, HELPER, tool, label=label, **arguments).startswith("success")


@pytest.mark.parametrize(("tool", "arguments"), EDITS, ids=[tool for tool, _ in EDITS])
def test_a_seeded_block_an_agent_edits_is_learning_and_stays(
    team: Project, server: RawServer, tool: str, arguments: dict[str, Any]
) -> None:
    edit(server, tool, "persona", arguments)
    learned = blocks(server, HELPER)["persona"]["value"]
    assert learned != "I am kind."
    report = drift(team)
    assert paths(report, "learned") == [(PERSONA, "value")]
    assert not report["drift"]
    assert not team.apply()["results"]
    assert blocks(server, HELPER)["persona"]["value"] == learned


@pytest.mark.parametrize(("tool", "arguments"), EDITS, ids=[tool for tool, _ in EDITS])
def test_an_enforced_block_an_agent_edits_is_drift_and_is_put_back(
    team: Project, server: RawServer, tool: str, arguments: dict[str, Any]
) -> None:
    edit(server, tool, "rules", arguments)
    report = drift(team, exit_code=2)
    assert paths(report, "drift") == [(RULES, "value")]
    assert not report["learned"]
    team.apply()
    assert blocks(server, HELPER)["rules"]["value"] == "Be honest."
    assert not drift(team)["statistics"]
    team.assert_settled()


def test_an_agent_cannot_edit_a_read_only_block(project: Project, server: RawServer) -> None:
    rules = {"value": "Be honest.", "read_only": True}
    declare(project, helper_with(memory_blocks={"rules": rules}))
    project.apply()
    assert tell(server, HELPER, "memory_insert", label="rules", new_string="Lie.").startswith("error")
    assert not drift(project)["statistics"]
    server.call("PATCH", f"/v1/blocks/{blocks(server, HELPER)['rules']['id']}", {"value": "Lie."})
    assert paths(drift(project, exit_code=2), "drift") == [(RULES, "value")]


def test_a_block_an_agent_makes_is_reported_and_never_pruned_by_default(
    team: Project, server: RawServer
) -> None:
    made = {"command": "create", "path": "/memories/notes", "file_text": "tea", "description": "What I noted"}
    assert tell(server, HELPER, "memory", **made).startswith("success")
    (label,) = set(blocks(server, HELPER)) - {"persona", "rules", "state"}
    report = drift(team)
    assert paths(report, "learned") == [("agent/helper", f"blocks[{label}]")]
    assert not report["undeclared"]
    assert not team.apply()["results"]
    assert not team.apply("--prune")["results"]
    assert blocks(server, HELPER)[label]["value"] == "tea"


def test_a_block_an_agent_makes_is_drift_where_the_blocks_are_exact(
    project: Project, server: RawServer
) -> None:
    declare(project, helper_with(exact=["blocks"]))
    project.apply()
    made = {"command": "create", "path": "/memories/notes", "file_text": "tea", "description": "What I noted"}
    tell(server, HELPER, "memory", **made)
    ((where, path),) = paths(drift(project, exit_code=2), "drift")
    assert (where, path[:7]) == ("agent/helper", "blocks[")
    project.apply()
    assert set(blocks(server, HELPER)) == {"persona", "rules", "state"}
    project.assert_settled()


def test_a_label_an_agent_changes_is_one_drift_and_is_put_back_with_what_it_learned(
    team: Project, server: RawServer
) -> None:
    edit(server, "memory_insert", "persona", {"new_string": "I like tea."})
    learned = blocks(server, HELPER)["persona"]
    renamed = {"command": "rename", "old_path": "/memories/persona", "new_path": "/memories/me"}
    assert tell(server, HELPER, "memory", **renamed).startswith("success")
    assert "persona" not in blocks(server, HELPER)
    report = drift(team, exit_code=2)
    assert paths(report, "drift") == [(PERSONA, "label")]
    assert paths(report, "learned") == [(PERSONA, "value")]
    team.apply()
    after = blocks(server, HELPER)
    assert set(after) == {"persona", "rules", "state"}
    assert (after["persona"]["id"], after["persona"]["value"]) == (learned["id"], learned["value"])
    assert drift(team)["drift"] == []
    assert not team.plan()["changes"]


def test_a_description_an_agent_changes_is_drift_and_is_put_back(team: Project, server: RawServer) -> None:
    said = {"command": "rename", "path": "/memories/persona", "description": "Somebody else"}
    assert tell(server, HELPER, "memory", **said).startswith("success")
    assert blocks(server, HELPER)["persona"]["description"] == "Somebody else"
    assert paths(drift(team, exit_code=2), "drift") == [(PERSONA, "description")]
    team.apply()
    assert blocks(server, HELPER)["persona"]["description"] == "Who I am"
    team.assert_settled()


@pytest.mark.parametrize("label", ["persona", "state"])
def test_a_block_an_agent_takes_off_itself_is_drift_and_comes_back_as_it_was(
    team: Project, server: RawServer, label: str
) -> None:
    edit(server, "memory_insert", "persona", {"new_string": "I like tea."})
    before = blocks(server, HELPER)[label]
    gone = {"command": "delete", "path": f"/memories/{label}"}
    assert tell(server, HELPER, "memory", **gone).startswith("success")
    assert label not in blocks(server, HELPER)
    report = drift(team, exit_code=2)
    assert paths(report, "drift") == [("agent/helper", f"blocks[{label}]")]
    assert not report["deleted"]
    team.apply()
    after = blocks(server, HELPER)[label]
    assert (after["id"], after["value"]) == (before["id"], before["value"])
    assert drift(team)["drift"] == []
    assert not team.plan()["changes"]


def test_a_block_taken_off_is_no_drift_where_attachments_are_observed(
    team: Project, server: RawServer
) -> None:
    declare(team, helper_with(ownership={"blocks": "observed"}))
    tell(server, HELPER, "memory", command="delete", path="/memories/state")
    assert paths(drift(team), "learned") == [("agent/helper", "blocks[state]")]


def test_the_report_is_the_same_with_and_without_a_cache(team: Project, server: RawServer) -> None:
    edit(server, "memory_insert", "persona", {"new_string": "I like tea."})
    edit(server, "memory_insert", "rules", {"new_string": "Or not."})
    server.call("DELETE", f"/v1/blocks/{server.block('state')['id']}")
    """In as many requests: the record knows on a clean machine what the cache knows on this one."""
    with_cache = team.run("drift", str(team.root), "--json")
    team.cache = team.cache.with_name("another.db")
    without = team.run("drift", str(team.root), "--json")
    assert with_cache.exit_code == without.exit_code == 2
    reports = [json.loads(run.stdout) for run in (with_cache, without)]
    assert [report["compared"].pop("reads") for report in reports] == [8, 8]
    assert reports[0] == reports[1]
    assert AGENT in without.stdout
