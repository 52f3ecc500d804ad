"""A block made at run time and declared afterwards is taken over in place, on the real server."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler import Constellations
from tests.live import fleet
from tests.live.drifting import agent, blocks, drift, team, tell, users
from tests.live.project import Project
from tests.live.raw import RawServer

HELPER = "team_ada_helper"


def two(*shared: str, labels: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """A team of two that share blocks; the helper has private ones of these labels."""
    private = {label: {"value": "the seed"} for label in ("persona", *labels)}
    agents = {
        "helper": agent(*shared, memory_blocks=private, tools=["memory"]),
        "other": agent(*shared),
    }
    return team(agents, blocks={name: {"value": "the seed"} for name in shared}, **more)


@pytest.fixture
def made(project: Project) -> Project:
    project.write("team.yaml", two(), users("ada"))
    project.apply()
    return project


def attach(server: RawServer, name: str, block: str) -> None:
    server.call("PATCH", f"/v1/agents/{server.agent(name)['id']}/core-memory/blocks/attach/{block}")


def only_learned(project: Project) -> None:
    document = project.plan()
    said = [document[key] for key in ("changes", "drift", "conflicts", "diagnostics")]
    assert not any(said), said
    assert not drift(project)["drift"]


def test_an_agents_own_block(made: Project, server: RawServer) -> None:
    tell(server, HELPER, "memory", command="create", path="/memories/prefs", file_text="tea", description="x")
    before = blocks(server, HELPER)["prefs"]
    made.write("team.yaml", two(labels=("prefs",)), users("ada"))
    (change,) = (each for each in made.plan()["changes"] if each["address"].endswith("block/prefs"))
    assert (change["action"], change["reason"], change["id"]) == ("adopt", "taken_over", before["id"])
    made.apply()
    after = blocks(server, HELPER)["prefs"]
    assert (after["id"], after["value"]) == (before["id"], before["value"])
    assert len([each for each in server.list("blocks") if each["label"] == "prefs"]) == 1
    only_learned(made)


def test_its_own_tags_stay(made: Project, server: RawServer) -> None:
    attach(server, HELPER, fleet.block(server, "prefs", "tea", tags=["vip"], metadata={"app": 1}))
    made.write("team.yaml", two(labels=("prefs",)), users("ada"))
    made.apply()
    assert "vip" in server.block("prefs")["tags"]
    assert server.block("prefs")["metadata"] == {"app": 1}


def test_a_block_of_update_shared_memory(made: Project, server: RawServer) -> None:
    with Constellations(made.root, base_url=server.url, cache=made.cache) as constellations:
        constellations.update_shared_memory("ada", "news", "it rains", constellation="team")
    before = server.block("news")
    made.write("team.yaml", two("news"), users("ada"))
    made.apply()
    assert (server.block("news")["id"], server.block("news")["value"]) == (before["id"], "it rains")
    for name in (HELPER, "team_ada_other"):
        assert blocks(server, name)["news"]["id"] == before["id"]
    only_learned(made)


def test_one_that_hangs_on_one_agent_of_those_that_are_to_share_it(made: Project, server: RawServer) -> None:
    block = fleet.block(server, "news", "it rains")
    attach(server, HELPER, block)
    made.write("team.yaml", two("news"), users("ada"))
    made.apply()
    assert blocks(server, "team_ada_other")["news"]["id"] == block
    only_learned(made)


def test_a_saved_plan_takes_it_over(made: Project, server: RawServer) -> None:
    block = fleet.block(server, "prefs", "tea")
    attach(server, HELPER, block)
    made.write("team.yaml", two(labels=("prefs",)), users("ada"))
    file = made.root.parent / "plan.json"
    assert made.run("plan", str(made.root), "-o", str(file)).exit_code == 0
    result = made.run("apply", str(file), "--yes", "--root", str(made.root))
    assert result.exit_code == 0, result.output
    assert blocks(server, HELPER)["prefs"]["id"] == block
    only_learned(made)


def test_enforced_text_is_written_and_the_old_one_is_in_the_history(made: Project, server: RawServer) -> None:
    block = fleet.block(server, "prefs", "tea")
    attach(server, HELPER, block)
    manifest = two(labels=("prefs",))
    private = manifest["agents"]["helper"]["memory_blocks"]
    private["prefs"] = {"value": "policy", "ownership": {"value": "enforced"}}
    made.write("team.yaml", manifest, users("ada"))
    made.apply()
    assert server.block("prefs")["value"] == "policy"
    assert server.block("prefs")["id"] == block
    address = "team/ada/agent/helper/block/prefs"
    result = made.run("history", address, "--manifests", str(made.root))
    assert "tea" in result.output


def refused(project: Project, server: RawServer, *said: str) -> None:
    """Nothing happens, and the way out is told."""
    before = server.everything()
    result = project.run("apply", str(project.root), "--yes", "--force")
    assert result.exit_code == 1, result.output
    for each in (*said, "reconciler adopt"):
        assert each in result.output
    assert server.everything() == before


def test_different_ones_that_would_become_one_are_not_thrown_away(made: Project, server: RawServer) -> None:
    first, second = fleet.block(server, "news", "sun"), fleet.block(server, "news", "rain")
    attach(server, HELPER, first)
    attach(server, "team_ada_other", second)
    made.write("team.yaml", two("news"), users("ada"))
    refused(made, server, first, second)


def test_a_persons_own_text_does_not_become_everybodys(project: Project, server: RawServer) -> None:
    project.write("team.yaml", two(), users("ada", "bob"))
    project.apply()
    block = fleet.block(server, "news", "my own diary")
    attach(server, HELPER, block)
    manifest = two()
    for each in manifest["agents"].values():
        each["shared_blocks"] = ["shared/news"]
    project.write("team.yaml", manifest, users("ada", "bob"))
    project.write("shared.yaml", {"kind": "Shared", "blocks": {"news": {"value": "the seed"}}})
    refused(project, server, block)


def test_one_of_another_project_is_not_taken(made: Project, server: RawServer) -> None:
    tags = ["letta-reconciler:project=theirs", "letta-reconciler:address=crew/eve/block/prefs"]
    block = fleet.block(server, "prefs", "theirs", tags=tags)
    attach(server, HELPER, block)
    made.write("team.yaml", two(labels=("prefs",)), users("ada"))
    refused(made, server, block, "theirs")
