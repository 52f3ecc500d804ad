"""What the real server keeps of agents that end is named by id, and is there afterwards."""

from __future__ import annotations

from typing import Any

from tests.live import fleet
from tests.live.project import Project
from tests.live.raw import RawServer

TEAM: dict[str, Any] = {
    "kind": "Constellation",
    "name": "team",
    "defaults": {"model": fleet.MODEL, "embedding": fleet.EMBEDDING},
    "agents": {"lead": {"system": "be kind"}, "helper": {"system": "be kind"}},
}


def test_archives_and_blocks_of_run_time_are_named(project: Project, server: RawServer) -> None:
    project.write("team.yaml", TEAM, {"kind": "Users", "constellation": "team", "users": [{"id": "ada"}]})
    project.apply()
    lead = server.agent("team_ada_lead")["id"]
    archive = server.call("POST", "/v1/archives/", {"name": "facts"})["id"]
    server.call("PATCH", f"/v1/agents/{lead}/archives/attach/{archive}")
    block = server.call("POST", "/v1/blocks/", {"label": "notes", "value": "learned"})["id"]
    server.call("PATCH", f"/v1/agents/{lead}/core-memory/blocks/attach/{block}")
    done = project.run("destroy", "team/ada", "--manifests", str(project.root), "--yes")
    assert done.exit_code == 0, done.output
    said = " ".join(done.output.split())
    assert f"archive {archive} of team_ada_lead; block {block} (notes) of team_ada_lead" in said
    assert server.call("GET", f"/v1/archives/{archive}")["id"] == archive
    assert server.call("GET", f"/v1/blocks/{block}")["id"] == block
