"""Saved plans on the real server: what makes one stale, what does not, and what --skip-moved leaves out."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from tests.live.project import Project
from tests.live.raw import RawServer

TEAM: dict[str, Any] = {
    "kind": "Constellation",
    "name": "team",
    "defaults": {
        "model": "openai-proxy/gpt-4o-mini",
        "embedding": "openai/text-embedding-3-small",
        "tools": ["memory_insert"],
    },
    "blocks": {"state": {"value": "calm"}, "rules": {"value": "be kind", "read_only": True}},
    "agents": {
        "helper": {"system": "be kind", "memory_blocks": {"persona": {"value": "I am helper"}}},
        "lead": {"system": "be kind", "shared_blocks": ["state"]},
    },
}
USERS = {"kind": "Users", "constellation": "team", "users": [{"id": "ada"}]}


@pytest.fixture
def file(project: Project) -> Path:
    """A plan that changes the system text of one agent and gives both a block that is there already."""
    project.write("team.yaml", TEAM, USERS)
    project.apply()
    changed = copy.deepcopy(TEAM)
    changed["agents"]["helper"] |= {"system": "be brief", "description": "first", "shared_blocks": ["rules"]}
    changed["agents"]["lead"] |= {"shared_blocks": ["state", "rules"]}
    changed["agents"]["helper"]["memory_blocks"]["persona"]["description"] = "who it is"
    project.write("team.yaml", changed, USERS)
    saved = project.root.parent / "later.plan"
    assert project.run("plan", project.root, "-o", saved).exit_code == 0
    return saved


def apply(project: Project, file: Path, *options: str) -> Any:
    return project.run("apply", file, "--yes", "--root", project.root, *options)


def block_id(server: RawServer, label: str) -> str:
    return str(server.block(label)["id"])


def test_a_value_that_is_only_kept_may_be_learned_meanwhile(
    project: Project, server: RawServer, file: Path
) -> None:
    """The plan writes the description of this very block."""
    server.call("PATCH", f"/v1/blocks/{block_id(server, 'persona')}", {"value": "I learned to juggle"})
    result = apply(project, file)
    assert result.exit_code == 0, result.output
    persona = server.block("persona")
    assert (persona["value"], persona["description"]) == ("I learned to juggle", "who it is")
    assert server.agent("team_ada_helper")["system"] == "be brief"


def test_a_block_deleted_meanwhile_refuses_the_plan_before_anything_is_written(
    project: Project, server: RawServer, file: Path
) -> None:
    """The plan does not write this block; it only attaches it."""
    server.call("DELETE", f"/v1/blocks/{block_id(server, 'rules')}")
    result = apply(project, file)
    assert result.exit_code == 4, result.output
    assert "needs team/ada/block/rules, which is gone" in result.output
    assert server.agent("team_ada_helper")["system"] == "be kind"


def test_skip_moved_does_the_rest_of_a_stale_plan(project: Project, server: RawServer, file: Path) -> None:
    helper = server.agent("team_ada_helper")["id"]
    server.call("PATCH", f"/v1/agents/{helper}", {"system": "be funny"})
    refused = apply(project, file)
    assert refused.exit_code == 4
    assert "team/ada/agent/helper: was changed: system" in refused.output
    result = apply(project, file, "--skip-moved")
    assert result.exit_code == 3, result.output
    assert server.agent("team_ada_helper")["system"] == "be funny"
    assert server.block("persona")["description"] == "who it is"
    assert {block["label"] for block in server.agent("team_ada_lead")["blocks"]} == {"state", "rules"}
    project.apply()
    project.assert_settled()
