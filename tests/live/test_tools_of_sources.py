"""The tools that come with a source: expected with it, watched, and not taken from who names them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.live.fleet import EMBEDDING, MODEL
from tests.live.project import Project, changed_paths
from tests.live.raw import RawServer

AGENT, HELPER = "team/ada/agent/helper", "team_ada_helper"
READING = ["grep_files", "open_files", "semantic_search_files"]


def declare(project: Project, **fields: Any) -> None:
    defaults = {"model": MODEL, "embedding": EMBEDDING}
    team = {
        "kind": "Constellation",
        "name": "team",
        "defaults": defaults,
        "sources": {"notes": {}, "papers": {}},
        "agents": {"helper": {"system": "be kind", **fields}},
    }
    project.write("team.yaml", team, {"kind": "Users", "constellation": "team", "users": [{"id": "ada"}]})


def apply(project: Project, **fields: Any) -> None:
    declare(project, **fields)
    project.apply()
    project.assert_settled()


def tools(server: RawServer) -> list[str]:
    return sorted(tool["name"] for tool in server.agent(HELPER)["tools"])


def change(server: RawServer, what: str, verb: str, name: str) -> None:
    """What an app does."""
    (target,) = (each["id"] for each in server.list(what) if each["name"] == name)
    server.call("PATCH", f"/v1/agents/{server.agent(HELPER)['id']}/{what}/{verb}/{target}")


@pytest.mark.parametrize("named", [{}, {"tools": []}, {"tools": ["open_files"]}], ids=str)
def test_one_that_is_detached_by_hand_is_drift(
    project: Project, server: RawServer, named: dict[str, Any]
) -> None:
    apply(project, sources=["notes"], **named)
    change(server, "tools", "detach", "open_files")
    assert [each["field"]["path"] for each in project.plan()["drift"]] == ["tools[open_files]"]
    assert project.run("drift", str(project.root)).exit_code == 2
    project.apply()
    assert tools(server) == READING
    project.assert_settled()


def test_they_come_and_go_with_the_source(project: Project, server: RawServer) -> None:
    apply(project, tools=["memory_insert"])
    apply(project, tools=["memory_insert"], sources=["notes"])
    assert tools(server) == sorted([*READING, "memory_insert"])
    apply(project, tools=["memory_insert"], sources=["papers"])
    assert tools(server) == sorted([*READING, "memory_insert"])
    apply(project, tools=["memory_insert"], sources=[])
    assert tools(server) == ["memory_insert"]


def test_a_declared_one_stays_when_the_last_source_goes(
    project: Project, server: RawServer, tmp_path: Path
) -> None:
    apply(project, tools=["open_files"], sources=["notes", "papers"])
    apply(project, tools=["open_files"], sources=["papers"])
    assert tools(server) == READING
    declare(project, tools=["open_files"], sources=[])
    plan = tmp_path / "plan.json"
    assert project.run("plan", str(project.root), "-o", str(plan)).exit_code == 0
    done = project.run("apply", str(plan), "--yes", "--root", str(project.root))
    assert done.exit_code == 0, done.output
    assert tools(server) == ["open_files"]
    project.assert_settled()


def test_those_of_a_source_of_an_app_are_no_drift_of_their_own(project: Project, server: RawServer) -> None:
    server.call("POST", "/v1/folders/", {"name": "theirs", "embedding": EMBEDDING})
    apply(project, tools=["memory_insert"], sources=[])
    change(server, "folders", "attach", "theirs")
    (paths,) = changed_paths(project.plan()).values()
    assert [path.partition("[")[0] for path in paths] == ["sources"]
    project.apply()
    assert tools(server) == ["memory_insert"]
    project.assert_settled()


def test_those_of_a_source_of_an_app_that_may_stay_are_expected(project: Project, server: RawServer) -> None:
    server.call("POST", "/v1/folders/", {"name": "theirs", "embedding": EMBEDDING})
    apply(project, tools=["memory_insert"])
    change(server, "folders", "attach", "theirs")
    project.assert_settled()
    assert tools(server) == sorted([*READING, "memory_insert"])
