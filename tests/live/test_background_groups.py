"""A declared group of type sleeptime: the server gives its members turns, and adds nothing by itself."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.live import fleet
from tests.live.drifting import EMBEDDING, agent, drift, team, users
from tests.live.project import Project, changed_paths
from tests.live.raw import RawServer

NIGHT = {"manager": {"type": "sleeptime", "agent": "lead", "frequency": 1}, "agents": ["dreamer"]}
DAY = {"manager": {"type": "dynamic", "agent": "lead"}, "agents": ["dreamer"]}
BLOCKS = {"notes": {"value": "nothing yet", "ownership": "seeded"}}
WRITES = 'CALL:memory_insert: {"label": "notes", "new_string": "she likes tea"}'


def manifests(groups: dict[str, Any], **lead: Any) -> dict[str, Any]:
    dreamer = agent("notes", agent_type="sleeptime_agent", tools=["memory_insert"])
    return team({"lead": agent(**lead), "dreamer": dreamer}, blocks=BLOCKS, groups=groups)


@pytest.fixture
def night(project: Project, server: RawServer) -> Project:
    project.write("team.yaml", manifests({"night": NIGHT}), users())
    project.apply()
    return project


def flag(server: RawServer, name: str = "team_ada_lead") -> Any:
    return server.agent(name)["enable_sleeptime"]


def written(server: RawServer, label: str) -> str:
    """What a block says once every agent has ended its runs."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        runs = server.call("GET", "/v1/runs/?limit=1000")
        if all(each["status"] in ("completed", "failed", "cancelled") for each in runs):
            return str(server.block(label)["value"])
    raise AssertionError("a run did not end")


def says(server: RawServer, text: str) -> None:
    body = {"messages": [{"role": "user", "content": text}]}
    server.call("POST", f"/v1/agents/{server.agent('team_ada_lead')['id']}/messages", body)


def test_a_message_to_the_manager_makes_the_background_agent_write(night: Project, server: RawServer) -> None:
    says(server, WRITES)
    assert "she likes tea" in written(server, "notes")


def test_nothing_is_made_that_is_not_declared(night: Project, server: RawServer) -> None:
    assert flag(server) is True
    assert {each["name"] for each in server.list("agents")} == {"team_ada_lead", "team_ada_dreamer"}
    assert len(server.list("groups")) == 1
    night.assert_settled()


def test_a_group_that_comes_later_is_there_before_the_flag(project: Project, server: RawServer) -> None:
    project.write("team.yaml", manifests({}), users())
    project.apply()
    project.write("team.yaml", manifests({"night": NIGHT}), users())
    assert changed_paths(project.plan())["team/ada/agent/lead"] == ["enable_sleeptime"]
    project.apply()
    assert flag(server) is True
    assert len(server.list("agents")) == 2
    project.assert_settled()


def test_a_flag_that_an_app_took_away_is_drift_and_put_back(night: Project, server: RawServer) -> None:
    server.call("PATCH", f"/v1/agents/{server.agent('team_ada_lead')['id']}", {"enable_sleeptime": False})
    found = drift(night, exit_code=2)["drift"]
    assert [each["field"]["path"] for each in found] == ["enable_sleeptime"]
    night.apply()
    assert flag(server) is True
    assert len(server.list("agents")) == 2


def test_a_background_agent_that_was_deleted_comes_back_with_its_group(
    night: Project, server: RawServer
) -> None:
    server.call("DELETE", f"/v1/agents/{server.agent('team_ada_dreamer')['id']}")
    assert not server.list("groups")
    night.apply()
    assert flag(server) is True
    assert (len(server.list("agents")), len(server.list("groups"))) == (2, 1)
    night.assert_settled()


def test_a_group_that_shall_not_run_is_made_without_it(project: Project, server: RawServer) -> None:
    project.write("team.yaml", manifests({"night": NIGHT}, enable_sleeptime=False), users())
    project.apply()
    assert not flag(server)
    project.assert_settled()


def test_without_its_group_the_flag_goes(night: Project, server: RawServer) -> None:
    night.write("team.yaml", manifests({}), users())
    night.apply("--prune", "--force")
    assert flag(server) is False
    assert not server.list("groups")
    night.assert_settled()


def test_a_manager_of_two_groups_answers_because_the_flag_is_not_set(
    project: Project, server: RawServer
) -> None:
    project.write("team.yaml", manifests({"night": NIGHT, "day": DAY}), users())
    said = project.run("apply", str(project.root), "--yes")
    assert said.exit_code == 0, said.output
    assert "group 'night' gets no turns in the background" in said.output
    assert not flag(server)
    says(server, "hello")


def test_a_manager_that_is_made_anew_gets_it_at_last(night: Project, server: RawServer) -> None:
    night.write("team.yaml", manifests({"night": NIGHT}, agent_type="memgpt_v2_agent"), users())
    night.apply("--force")
    assert flag(server) is True
    assert (len(server.list("agents")), len(server.list("groups"))) == (2, 1)
    night.assert_settled()


def test_an_agent_that_speaks_gets_its_own_background_agent_and_no_other(
    project: Project, server: RawServer
) -> None:
    listener = agent("notes", agent_type="voice_sleeptime_agent", tools=[])
    group = {"manager": {"type": "voice_sleeptime", "agent": "lead"}, "agents": ["listener"]}
    lead = agent(agent_type="voice_convo_agent")
    project.write(
        "team.yaml",
        team({"lead": lead, "listener": listener}, blocks=BLOCKS, groups={"voice": group}),
        users(),
    )
    project.apply()
    made = server.agent("team_ada_lead")
    assert (made["enable_sleeptime"], made["embedding_config"]["handle"]) == (True, EMBEDDING)
    assert (len(server.list("agents")), len(server.list("groups"))) == (2, 1)
    project.assert_settled()


def test_a_block_that_the_server_would_delete_with_a_source_is_not_lost(
    project: Project, server: RawServer
) -> None:
    declared = manifests({"night": NIGHT}, sources=["manual"], shared_blocks=["notes"])
    declared["sources"] = {"manual": {"name": "notes"}}
    project.write("team.yaml", declared, users())
    project.apply()
    del declared["agents"]["lead"]["sources"]
    project.write("team.yaml", declared, users())
    before = server.everything()
    refused = project.run("apply", str(project.root), "--yes")
    assert refused.exit_code == 4, refused.output
    assert "R104 cascade" in refused.output
    assert server.everything() == before
    declared["agents"]["lead"]["enable_sleeptime"] = False
    declared["agents"]["lead"]["sources"] = ["manual"]
    project.write("team.yaml", declared, users())
    project.apply()
    del declared["agents"]["lead"]["sources"]
    project.write("team.yaml", declared, users())
    project.apply()
    assert server.block("notes")["value"] == "nothing yet"


def test_the_server_does_delete_it(night: Project, server: RawServer) -> None:
    lead, notes = server.agent("team_ada_lead")["id"], server.block("notes")["id"]
    folder = server.call("POST", "/v1/folders/", {"name": "notes", "embedding": EMBEDDING})["id"]
    server.call("PATCH", f"/v1/agents/{lead}/core-memory/blocks/attach/{notes}")
    server.call("PATCH", f"/v1/agents/{lead}/folders/attach/{folder}")
    server.call("PATCH", f"/v1/agents/{lead}/folders/detach/{folder}")
    assert not [each for each in server.list("blocks") if each["id"] == notes]


@pytest.mark.parametrize("has_group", [True, False])
def test_what_an_app_turned_on_is_exported_and_settles(
    has_group: bool, letta_url: str, tmp_path: Path, server: RawServer
) -> None:
    helper = fleet.agent(server, "helper", embedding=EMBEDDING)["id"]
    server.call("PATCH", f"/v1/agents/{helper}", {"enable_sleeptime": True})
    for group in [] if has_group else server.list("groups"):
        server.call("DELETE", f"/v1/groups/{group['id']}")
    again = Project(tmp_path / "again", letta_url, tmp_path / "again.db")
    made = again.run("export", "--project", "taken", "--all", "-o", str(again.root))
    assert made.exit_code == 0, made.output
    assert ("enable_sleeptime is left out" in made.output) is not has_group
    taken = again.run("adopt", "--match-names", "--yes", "--manifests", str(again.root))
    assert taken.exit_code == 0, taken.output
    again.assert_settled()


def test_an_agent_without_its_group_in_the_run_waits_for_a_run_with_it(
    project: Project, server: RawServer
) -> None:
    project.write("team.yaml", manifests({"night": NIGHT}), users())
    project.apply("--target", "team/ada/agent/*")
    assert not flag(server)
    assert len(server.list("agents")) == 2
    assert not project.plan("--target", "team/ada/agent/*")["changes"]
    project.apply("--target", "team/ada/group/night")
    assert not flag(server)
    project.apply()
    assert flag(server) is True
    project.assert_settled()


def test_what_is_excluded_is_not_waited_for(night: Project, server: RawServer) -> None:
    (group,) = server.list("groups")
    server.call("DELETE", f"/v1/groups/{group['id']}")
    night.apply("--exclude", "team/ada/group/night")
    assert flag(server) is True
    assert len(server.list("agents")) == 2
    night.apply()
    night.assert_settled()
