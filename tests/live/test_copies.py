"""Exports and imports copy our marks: a copy is never taken for the resource, nor the resource for a copy."""

from __future__ import annotations

import json

import pytest

from tests.live import fleet
from tests.live.drifting import agent, drift, team, users
from tests.live.project import Project
from tests.live.raw import RawServer

pytestmark = pytest.mark.server
HELPER = "team_ada_helper"
ADDRESS = "team/ada/agent/helper"


@pytest.fixture
def made(project: Project) -> Project:
    """One user with one agent, applied."""
    project.write("team.yaml", team({"helper": agent(system="be kind")}), users())
    project.apply()
    return project


@pytest.mark.parametrize("memory", ["cache", "record"])
def test_beside_a_living_original_a_fork_is_a_warning_and_stays_as_it_is(
    made: Project, server: RawServer, memory: str
) -> None:
    forked = fleet.copy_of(server, HELPER, "forked", system="be rude")
    if memory == "record":
        made.cache.unlink()
    before = server.agent("forked")

    document = made.plan()
    assert not document["changes"]
    (warning,) = document["diagnostics"]
    assert (warning["severity"], forked in warning["summary"]) == ("warning", True)
    assert not drift(made)["drift"]
    made.apply()
    assert server.agent("forked") == before

    assert made.run("destroy", "team/ada", "--yes", "--manifests", str(made.root)).exit_code == 0
    assert [each["name"] for each in server.list("agents")] == ["forked"]


def test_once_the_original_is_gone_its_fork_is_refused_and_not_overwritten(
    made: Project, server: RawServer
) -> None:
    fleet.copy_of(server, HELPER, "forked", system="be rude")
    server.call("DELETE", f"/v1/agents/{server.agent(HELPER)['id']}")
    before = server.agent("forked")
    made.cache.unlink()

    refused = made.run("apply", str(made.root), "--yes")

    assert refused.exit_code == 4
    assert f"reconciler adopt {ADDRESS} {before['id']}" in refused.output
    assert f"reconciler state disown {before['id']}" in refused.output
    assert server.agent("forked") == before
    assert len(server.list("agents")) == 1


def test_a_refused_address_stops_nothing_but_itself_and_what_needs_it(
    project: Project, server: RawServer
) -> None:
    group = {"main": {"manager": {"type": "round_robin"}, "agents": ["helper"]}}
    agents = {"helper": agent(system="be kind"), "writer": agent(system="write")}
    project.write("team.yaml", team(agents, groups=group), users("ada", "bob"))
    project.apply()
    fleet.copy_of(server, HELPER, "forked", system="be rude")
    server.call("DELETE", f"/v1/agents/{server.agent(HELPER)['id']}")
    forked = server.agent("forked")
    agents["writer"] = agent(system="write well")
    project.write("team.yaml", team(agents, groups=group), users("ada", "bob", "cy"))

    planned = project.run("plan", str(project.root), "--json")
    assert planned.exit_code == 4
    refused = [each for each in json.loads(planned.stdout)["diagnostics"] if each["severity"] == "refused"]
    assert [each["address"] for each in refused] == [ADDRESS]
    applied = project.run("apply", str(project.root), "--yes")
    assert applied.exit_code == 4, applied.output

    assert server.agent("forked") == forked
    assert {each["name"] for each in server.list("agents")} == {
        "forked",
        "team_ada_writer",
        *(f"team_{user}_{name}" for user in ("bob", "cy") for name in ("helper", "writer")),
    }
    assert {server.agent(f"team_{user}_writer")["system"] for user in ("ada", "bob", "cy")} == {"write well"}
    again = project.run("apply", str(project.root), "--yes", "--json")
    assert again.exit_code == 4
    assert not json.loads(again.stdout)["results"]

    project.run("state", "disown", forked["id"], "--yes", "--manifests", str(project.root))
    project.apply()
    assert server.agent("forked")["system"] == "be rude"
    assert not project.plan()["changes"]


def test_a_disowned_fork_is_nobodys_and_the_agent_is_made_anew(made: Project, server: RawServer) -> None:
    forked = fleet.copy_of(server, HELPER, "forked", system="be rude")
    server.call("DELETE", f"/v1/agents/{server.agent(HELPER)['id']}")

    let_go = made.run("state", "disown", forked, "--yes", "--manifests", str(made.root))
    assert let_go.exit_code == 0, let_go.output
    made.apply()

    assert {each["name"] for each in server.list("agents")} == {"forked", HELPER}
    assert server.agent("forked")["system"] == "be rude"
    assert server.agent("forked")["tags"] == []
    assert not made.plan()["changes"]


def test_an_adopted_fork_takes_the_place(made: Project, server: RawServer) -> None:
    forked = fleet.copy_of(server, HELPER, "forked")
    server.call("DELETE", f"/v1/agents/{server.agent(HELPER)['id']}")

    adopted = made.run("adopt", ADDRESS, forked, "--yes", "--manifests", str(made.root))
    assert adopted.exit_code == 0, adopted.output
    made.apply()

    assert [each["id"] for each in server.list("agents")] == [forked]
    assert not made.plan()["changes"]


def test_the_resource_itself_cannot_be_disowned(made: Project, server: RawServer) -> None:
    result = made.run("state", "disown", server.agent(HELPER)["id"], "--yes", "--manifests", str(made.root))
    assert result.exit_code == 1
    assert f"reconciler state forget {ADDRESS}" in result.output


def test_what_bears_no_mark_cannot_be_disowned(made: Project) -> None:
    result = made.run("state", "disown", "agent-none", "--yes", "--manifests", str(made.root))
    assert result.exit_code == 1
    assert "bears no mark" in result.output


def test_an_agent_restored_from_its_own_export_is_adopted_whole(project: Project, server: RawServer) -> None:
    declared = agent(system="be kind", memory_blocks={"persona": {"value": "a seed"}})
    project.write("team.yaml", team({"helper": declared}), users())
    project.apply()
    original = server.agent(HELPER)
    (persona,) = original["blocks"]
    server.call("PATCH", f"/v1/blocks/{persona['id']}", {"value": "learned"})
    restored = restore_from_export(server, original["id"])

    refused = project.run("apply", str(project.root), "--yes")
    assert refused.exit_code == 4
    adopted = project.run("adopt", ADDRESS, restored, "--yes", "--manifests", str(project.root))
    assert adopted.exit_code == 0, adopted.output
    project.apply()

    assert [each["id"] for each in server.list("agents")] == [restored]
    assert [block["value"] for block in server.agent(HELPER)["blocks"]] == ["learned"]
    assert not project.plan()["changes"]


def restore_from_export(server: RawServer, agent_id: str) -> str:
    """Export an agent, delete it, import it again under its name; the new id."""
    exported = server.call("GET", f"/v1/agents/{agent_id}/export")
    document = json.loads(exported) if isinstance(exported, str) else exported
    server.call("DELETE", f"/v1/agents/{agent_id}")
    body = json.dumps(document).encode()
    boundary = "boundary"
    part = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.af"\r\n'
        "Content-Type: application/json\r\n\r\n"
    )
    ends = f'\r\n--{boundary}\r\nContent-Disposition: form-data; name="append_copy_suffix"\r\n\r\nfalse'
    content = part.encode() + body + f"{ends}\r\n--{boundary}--\r\n".encode()
    answer = server.upload("/v1/agents/import", content, f"multipart/form-data; boundary={boundary}")
    return str(answer["agent_ids"][0])
