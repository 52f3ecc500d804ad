"""What was said in conversations, and archival passages, are not deleted without a word or a copy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.live import fleet
from tests.live.project import Project
from tests.live.raw import RawServer

TEAM: dict[str, Any] = {
    "kind": "Constellation",
    "name": "team",
    "defaults": {"model": fleet.MODEL, "embedding": fleet.EMBEDDING},
    "agents": {name: {"system": "be kind"} for name in ("talker", "reader", "silent")},
}
USERS = {"kind": "Users", "constellation": "team", "users": [{"id": "ada"}]}


@pytest.fixture
def team(project: Project, tmp_path: Path) -> Project:
    """Three agents: one spoke in a conversation, one keeps a passage, one did nothing."""
    project.environ["XDG_STATE_HOME"] = str(tmp_path / "state")
    project.write("team.yaml", TEAM, USERS)
    project.apply()
    return project


def talk(server: RawServer, agent: str) -> None:
    """Say something in a conversation of its own; without a stream the server would leave its run hanging."""
    agent_id = server.agent(agent)["id"]
    made = server.call("POST", f"/v1/conversations/?agent_id={agent_id}", {})
    body = {"messages": [{"role": "user", "content": "I moved to Lisbon"}], "streaming": True}
    path = f"{server.url}/v1/conversations/{made['id']}/messages"
    assert httpx.post(path, json=body, timeout=60).raise_for_status().text
    assert len(server.agent(agent)["message_ids"]) == 1, "its row shows nothing of that"


def remember(server: RawServer, agent: str) -> None:
    agent_id = server.agent(agent)["id"]
    server.call("POST", f"/v1/agents/{agent_id}/archival-memory", {"text": "Ada lives in Lisbon"})


def saved(tmp_path: Path) -> dict[str, dict[str, Any]]:
    """Files beside the exported agents, by address."""
    found = [json.loads(path.read_text("utf-8")) for path in (tmp_path / "state").rglob("*.messages.json")]
    return {each["address"]: each for each in found}


def destroy(project: Project, *options: str) -> Any:
    return project.run("destroy", "team/ada", "--manifests", str(project.root), "--yes", *options)


def test_destroy_is_refused_and_then_saves_it_first(team: Project, server: RawServer, tmp_path: Path) -> None:
    talk(server, "team_ada_talker")
    remember(server, "team_ada_reader")
    before = server.everything()
    refused = destroy(team)
    assert refused.exit_code == 4, refused.output
    assert "talker has 2 messages that would be lost" in refused.output
    assert "reader has 1 archival passages that would be lost" in refused.output
    assert "silent has" not in refused.output
    assert server.everything() == before
    assert not saved(tmp_path)
    done = destroy(team, "--allow-data-loss")
    assert done.exit_code == 0, done.output
    assert server.list("agents") == []
    files = saved(tmp_path)
    assert files.keys() == {"team/ada/agent/talker", "team/ada/agent/reader"}
    assert [each["text"] for each in files["team/ada/agent/reader"]["passages"]] == ["Ada lives in Lisbon"]
    (conversation,) = files["team/ada/agent/talker"]["conversations"]
    assert "I moved to Lisbon" in [each.get("content") for each in conversation["messages"]]


PRUNED = {name: body for name, body in TEAM["agents"].items() if name != "talker"}
REPLACED = {**TEAM["agents"], "talker": {"system": "be kind", "agent_type": "memgpt_v2_agent"}}


@pytest.mark.parametrize(
    ("act", "declared"),
    [
        pytest.param(talk, PRUNED, id="messages, pruned"),
        pytest.param(remember, PRUNED, id="passages, pruned"),
        pytest.param(talk, REPLACED, id="messages, replaced"),
    ],
)
def test_prune_and_replace_are_refused_as_well(
    team: Project, server: RawServer, act: Any, declared: Any
) -> None:
    """But for a replace of an agent with passages: these are carried over."""
    act(server, "team_ada_talker")
    kept = server.agent("team_ada_talker")["id"]
    team.write("team.yaml", {**TEAM, "agents": declared}, USERS)
    refused = team.run("apply", str(team.root), "--yes", "--prune", "--force")
    assert refused.exit_code == 4, refused.output
    assert "that would be lost" in refused.output
    assert server.agent("team_ada_talker")["id"] == kept


def test_it_costs_three_reads_for_each_agent_that_seems_to_hold_nothing(team: Project) -> None:
    outcome = json.loads(destroy(team, "--json").stdout)
    record = 1  # read again under the lock
    assert outcome["requests"]["reads"] <= 8 + 3 * len(TEAM["agents"]) + record


def test_what_is_said_after_the_plan_is_seen_before_a_saved_plan_is_applied(
    team: Project, server: RawServer, tmp_path: Path
) -> None:
    team.write("team.yaml", {**TEAM, "agents": {"silent": TEAM["agents"]["silent"]}}, USERS)
    plan = tmp_path / "plan.json"
    team.run("plan", str(team.root), "--prune", "-o", str(plan))
    talk(server, "team_ada_talker")
    refused = team.run("apply", str(plan), "--yes", "--force", "--root", str(team.root))
    assert refused.exit_code == 4, refused.output
    assert "talker has 2 messages that would be lost" in refused.output
    assert len(server.list("agents")) == 3
