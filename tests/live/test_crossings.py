"""What hangs on two users' agents at run time is drift, unless the project says that it is meant so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.live.drifting import TEAM, drift, users
from tests.live.fleet import block
from tests.live.project import Project
from tests.live.raw import RawServer

LABEL = "announcements"
PATH = f"blocks[{LABEL}]"


def attach(server: RawServer, user: str, block_id: str) -> None:
    agent_id = server.agent(f"team_{user}_helper")["id"]
    server.call("PATCH", f"/v1/agents/{agent_id}/core-memory/blocks/attach/{block_id}")


def crossings(project: Project, exit_code: int) -> list[tuple[str, str]]:
    found = drift(project, exit_code=exit_code)["drift"]
    return sorted((each["address"], each["field"]["path"]) for each in found)


@pytest.fixture
def pair(project: Project) -> Project:
    """Two users with an agent each."""
    project.write("team.yaml", TEAM, users("ada", "bob"))
    project.apply()
    return project


def allow(project: Project, *labels: str) -> None:
    safety = {"shared_at_run_time": list(labels)}
    project.write("project.yaml", {"kind": "Project", "name": "demo", "safety": safety})


def test_a_block_of_nobody_on_agents_of_two_users_is_drift(pair: Project, server: RawServer) -> None:
    shared = block(server, LABEL, "Closed on Monday")
    attach(server, "ada", shared)
    assert crossings(pair, 0) == []
    attach(server, "bob", shared)
    both = [("team/ada/agent/helper", PATH), ("team/bob/agent/helper", PATH)]
    assert crossings(pair, 2) == both
    said = pair.run("plan", str(pair.root)).output
    assert "shared_at_run_time" in said
    pair.apply()
    assert crossings(pair, 2) == both
    assert {each["id"] for each in server.agent("team_ada_helper")["blocks"]} >= {shared}


def test_two_agents_of_one_user_may_share(project: Project, server: RawServer) -> None:
    agents = dict.fromkeys(("helper", "second"), TEAM["agents"]["helper"])
    project.write("team.yaml", {**TEAM, "agents": agents}, users())
    project.apply()
    shared = block(server, LABEL, "Closed on Monday")
    for name in ("team_ada_helper", "team_ada_second"):
        path = f"/v1/agents/{server.agent(name)['id']}/core-memory/blocks/attach/{shared}"
        server.call("PATCH", path)
    assert crossings(project, 0) == []


@pytest.mark.parametrize("managed", [False, True], ids=["of nobody", "of one of them"])
def test_a_label_that_is_meant_so_is_silent(pair: Project, server: RawServer, managed: bool) -> None:
    if managed:
        team = {**TEAM, "blocks": {**TEAM["blocks"], LABEL: {"value": "Closed"}}}
        pair.write("team.yaml", team, users("ada", "bob"))
        pair.apply()
        made = [each for each in server.list("blocks") if each["label"] == LABEL]
        shared = next(each["id"] for each in made if "user:ada" in each["tags"])
    else:
        shared = block(server, LABEL, "Closed on Monday")
        attach(server, "ada", shared)
    attach(server, "bob", shared)
    assert crossings(pair, 2)
    allow(pair, LABEL)
    pair.assert_settled()
    assert crossings(pair, 0) == []
    allow(pair, "another")
    assert crossings(pair, 2)


def test_a_block_that_bears_the_mark_of_another_project_is_drift(
    pair: Project, server: RawServer, tmp_path: Path
) -> None:
    other = Project(tmp_path / "other", pair.url, tmp_path / "cache" / "other.db")
    other.root.mkdir()
    other.write("project.yaml", {"kind": "Project", "name": "theirs"})
    team: dict[str, Any] = {**TEAM, "name": "crew"}
    team["agents"] = {"clerk": {"system": "be kind", "memory_blocks": {"ledger": {"value": "private"}}}}
    other.write("crew.yaml", team, {"kind": "Users", "constellation": "crew", "users": [{"id": "eve"}]})
    other.apply()
    attach(server, "ada", server.block("ledger")["id"])
    assert crossings(pair, 2) == [("team/ada/agent/helper", "blocks[ledger]")]
    assert "theirs" in pair.run("plan", str(pair.root)).output
    allow(pair, "ledger")
    assert crossings(pair, 0) == []


def test_a_block_of_another_project_is_drift_for_one_user_as_well(
    pair: Project, server: RawServer, tmp_path: Path
) -> None:
    other = Project(tmp_path / "other", pair.url, tmp_path / "cache" / "other.db")
    other.root.mkdir()
    other.write("project.yaml", {"kind": "Project", "name": "other"})
    team = {**TEAM, "name": "crew", "blocks": {"notes": {"value": "theirs"}}}
    helper = {**TEAM["agents"]["helper"], "shared_blocks": ["notes"]}
    crew = {**users("ada"), "constellation": "crew"}
    other.write("crew.yaml", {**team, "agents": {"helper": helper}}, crew)
    other.apply()
    attach(server, "ada", server.block("notes")["id"])

    found = drift(pair, "--user", "ada", exit_code=2)

    assert [each["field"]["path"] for each in found["drift"]] == ["blocks[notes]"]
    assert pair.plan("--user", "ada")["requests"]["reads"] <= 8
