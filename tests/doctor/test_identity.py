"""The doctor names lost marks, copies, what is refused, and twins of one name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.live import fleet
from tests.live.drifting import agent, team, users
from tests.live.project import Project
from tests.live.raw import RawServer

HELPER = "team_ada_helper"
ADDRESS = "team/ada/agent/helper"


@pytest.fixture
def server(letta_url: str) -> RawServer:
    """The server, seen without our own adapter."""
    return RawServer(letta_url)


@pytest.fixture
def made(letta_url: str, tmp_path: Path) -> Project:
    """One user with one agent, applied."""
    project = Project(tmp_path / "project", letta_url, tmp_path / "cache.db")
    project.write("project.yaml", {"kind": "Project", "name": "demo"})
    project.write("team.yaml", team({"helper": agent(system="be kind")}), users())
    project.apply()
    return project


def told(project: Project, status: int = 0) -> list[tuple[str, str]]:
    """How it is with who is who, and what is said of it."""
    result = project.run("doctor", str(project.root), "--json")
    assert result.exit_code == status, result.output
    found = json.loads(result.stdout)["findings"]
    return [(each["health"], each["summary"]) for each in found if each["check"] == "identity"]


def test_all_is_well(made: Project) -> None:
    assert told(made) == [("fine", "every resource of ours is known by its mark")]


@pytest.mark.parametrize("memory", ["cache", "record"])
def test_a_lost_mark(made: Project, server: RawServer, memory: str) -> None:
    server.call("PATCH", f"/v1/agents/{server.agent(HELPER)['id']}", {"tags": ["vip"], "metadata": {}})
    if memory == "record":
        made.cache.unlink()
    ((health, said),) = told(made)
    assert (health, said) == ("warning", f"{ADDRESS}: its mark is gone from {server.agent(HELPER)['id']}")


def test_a_copy_beside_its_original(made: Project, server: RawServer) -> None:
    copied = fleet.copy_of(server, HELPER, "forked")
    ((health, said),) = told(made)
    assert health == "warning"
    assert f"forked ({copied})" in said


def test_a_copy_whose_original_is_gone(made: Project, server: RawServer) -> None:
    copied = fleet.copy_of(server, HELPER, "forked")
    server.call("DELETE", f"/v1/agents/{server.agent(HELPER)['id']}")
    ((health, said),) = told(made, status=1)
    assert health == "error"
    assert copied in said


def test_a_twin_of_one_name(made: Project, server: RawServer) -> None:
    other = fleet.agent(server, HELPER)["id"]
    ((health, said),) = told(made)
    assert (health, said) == ("warning", f"{ADDRESS}: {other} is called {HELPER!r}, too")
