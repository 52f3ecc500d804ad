"""What the server keeps of agents that end is named by id, by destroy and by prune (simulated server)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.project import Project
from tests.live.raw import RawServer
from tests.runtime.simulated_team import opened, users

MOST_READS = 8
"""Of a destroy of one user, and three more for each agent, and one for each shared resource."""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with opened(tmp_path, "7", "8") as made:
        made.apply()
        yield made


@pytest.fixture
def server(project: Project) -> RawServer:
    return RawServer(project.url)


def destroyed(project: Project) -> Any:
    command = ("destroy", "team/7", "--manifests", str(project.root), "--allow", "data-loss", "--yes")
    done = project.run(*command)
    assert done.exit_code == 0, done.output
    return done


def pruned(project: Project) -> Any:
    project.write("users.yaml", users("8"))
    done = project.run("apply", str(project.root), "--prune", "--allow", "data-loss", "--yes")
    assert done.exit_code == 0, done.output
    return done


@pytest.mark.parametrize("end", [destroyed, pruned])
def test_archives_and_blocks_of_run_time_are_named(project: Project, server: RawServer, end: Any) -> None:
    lead = next(row["id"] for row in server.list("agents") if row["name"] == "team_7_lead")
    server.call("POST", f"/v1/agents/{lead}/archival-memory", {"text": "a fact"})
    block = server.call("POST", "/v1/blocks/", {"label": "notes", "value": "learned"})
    server.call("PATCH", f"/v1/agents/{lead}/core-memory/blocks/attach/{block['id']}")
    (archive,) = server.call("GET", "/v1/archives/?limit=10")
    said = " ".join(end(project).output.split())
    assert "the server keeps 2 things of agents that end" in said
    assert f"archive {archive['id']} of team_7_lead" in said
    assert f"block {block['id']} (notes) of team_7_lead" in said
    assert server.call("GET", "/v1/archives/?limit=10") == [archive]
    assert block["id"] in {row["id"] for row in server.list("blocks")}


@pytest.mark.parametrize("end", [destroyed, pruned])
def test_nothing_is_said_where_nothing_stays(project: Project, end: Any) -> None:
    assert "the server keeps" not in end(project).output


def test_a_destroy_stays_within_its_requests(project: Project) -> None:
    found = re.search(r"Requests: (\d+) to read", destroyed(project).output)
    assert found
    assert int(found[1]) <= MOST_READS + 3 * 2
