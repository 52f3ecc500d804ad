"""What was ours and bears the mark of another project now: it is not touched, and nothing stays stuck."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.live.drifting import agent, settled, team, users
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.live.test_reports_of_others import another, refused

pytestmark = pytest.mark.server
HELPER = "team_ada_helper"
ADDRESS = "team/ada/agent/helper"
TOOL = '''def log_mood(mood: str) -> str:
    """Log a mood.

    Args:
        mood: what it is
    """
    return mood
'''
HANDED = {
    "agent": (ADDRESS, ADDRESS, f"{ADDRESS}/block/persona"),
    "block": ("team/ada/block/state", "team/ada/block/state"),
    "source": ("team/ada/source/notes", "team/ada/source/notes"),
    "group": ("team/ada/group/main", "team/ada/group/main"),
    "tool": ("shared/tool/log_mood", "shared/tool/log_mood"),
}
"""What is handed over, and every address that goes along."""
ROWS = {kind: f"{kind}s" for kind in HANDED} | {"source": "folders"}


def declare(project: Project, without: str = "") -> None:
    """A set with one resource of each kind, or all but one."""
    has = {kind for kind in HANDED if kind != without}
    writer = agent(*(["state"] if "block" in has else []))
    writer |= {"sources": ["notes"]} if "source" in has else {}
    agents: dict[str, Any] = {"writer": writer} | ({"helper": agent()} if "agent" in has else {})
    more: dict[str, Any] = {
        "blocks": {"state": {"value": "calm"}} if "block" in has else {},
        "sources": {"notes": {}} if "source" in has else {},
        "groups": {"main": {"manager": {"type": "round_robin"}, "agents": sorted(agents)}}
        if "group" in has
        else {},
    }
    (project.root / "log_mood.py").write_text(TOOL, encoding="utf-8")
    tools = {"log_mood": {"file": "log_mood.py"}} if "tool" in has else {}
    project.write("team.yaml", team(agents, **more), users(), {"kind": "Shared", "tools": tools})


def ids(server: RawServer) -> dict[str, str]:
    return {
        "agent": server.agent(HELPER)["id"],
        "block": server.block("state")["id"],
        "source": server.list("folders")[0]["id"],
        "group": server.list("groups")[0]["id"],
        "tool": server.custom_tools()[0]["id"],
    }


def whole(server: RawServer) -> dict[str, Any]:
    everything = {kind: list(rows.values()) for kind, rows in server.everything().items()}
    return {**everything, "tools": server.custom_tools()}


def adopt(project: Project, address: str, server_id: str, *more: str) -> None:
    done = project.run("adopt", address, server_id, "--yes", "--manifests", str(project.root), *more)
    assert done.exit_code == 0, done.output


def typed(project: Project, hint: str) -> list[str]:
    """The first command of a hint, as a person would paste it in the project's folder."""
    words = shlex.split(hint.partition("reconciler ")[2].partition(";")[0])
    return [*words, "--yes", "--manifests", str(project.root)]


def hints(project: Project, *command: str) -> dict[str, str]:
    """What to do about each refused address."""
    planned = project.run(*(command or ("plan",)), str(project.root), "--json")
    assert planned.exit_code == 4, planned.output
    said = json.loads(planned.stdout)["diagnostics"]
    return {each["address"]: each["hint"] for each in said if each["severity"] == "refused"}


@pytest.fixture
def other(project: Project, server: RawServer) -> Project:
    """A project that declares the same as `project`, which was applied."""
    made = another(project, "other")
    for each in (project, made):
        declare(each)
    project.apply()
    return made


@pytest.mark.parametrize("kind", HANDED)
def test_what_is_no_longer_declared_is_let_go_of_once_and_said_in_one_line(
    project: Project, server: RawServer, other: Project, kind: str
) -> None:
    address, *along = HANDED[kind]
    ids_before = ids(server)
    adopt(other, address, ids_before[kind], "--take-over")
    theirs = whole(server)
    assert refused(project) == along

    declare(project, without=kind)
    said = project.plan()["diagnostics"]
    assert [each["severity"] for each in said] == ["warning"], said
    assert "project 'other'" in said[0]["summary"]
    assert all(each in f"{said[0]['address']} {said[0]['why']}" for each in along)
    assert project.run("drift", str(project.root)).exit_code == 0
    project.apply()

    assert not project.plan()["changes"]
    assert not project.plan()["diagnostics"]
    (mine,) = (each for each in whole(server)[ROWS[kind]] if each["id"] == ids_before[kind])
    (was,) = (each for each in theirs[ROWS[kind]] if each["id"] == ids_before[kind])
    assert mine == was
    assert not any(address in each["value"] for each in records_of_demo(server))


def records_of_demo(server: RawServer) -> list[dict[str, Any]]:
    return [each for each in server.records() if "letta-reconciler:project=demo" in each["tags"]]


@pytest.mark.parametrize("kind", HANDED)
def test_what_is_declared_can_be_taken_back_by_the_command_that_is_printed(
    project: Project, server: RawServer, other: Project, kind: str
) -> None:
    address, *_ = HANDED[kind]
    adopt(other, address, ids(server)[kind], "--take-over")

    taken_back = project.run(*typed(project, hints(project)[address]))

    assert taken_back.exit_code == 0, taken_back.output
    settled(project)


def test_one_users_agent_is_left_to_them_by_the_override_that_is_printed(
    project: Project, server: RawServer, other: Project
) -> None:
    adopt(other, ADDRESS, ids(server)["agent"], "--take-over")
    assert "of 'ada' alone: `ownership: absent` in the overrides" in hints(project)[ADDRESS]
    document = users("ada", "bob")
    gone = {"agents": {"helper": {"ownership": "absent"}}}
    document["users"][0]["overrides"] = {**gone, "groups": {"main": {"agents": ["writer"]}}}
    declared = list(yaml.safe_load_all((project.root / "team.yaml").read_text(encoding="utf-8")))
    project.write("team.yaml", declared[0], document, declared[2])
    theirs = server.agent(HELPER)

    project.apply()

    assert server.agent(HELPER) == theirs
    settled(project)


def test_what_a_person_marked_as_another_projects_by_hand_is_let_go_of_as_well(
    project: Project, server: RawServer
) -> None:
    declare(project)
    project.apply()
    helper = server.agent(HELPER)
    tags = [
        tag.replace("project=demo", "project=other").replace("set=demo", "set=other")
        for tag in helper["tags"]
    ]
    metadata = json.loads(json.dumps(helper["metadata"]).replace('"demo"', '"other"'))
    server.call("PATCH", f"/v1/agents/{helper['id']}", {"tags": tags, "metadata": metadata})
    before = server.agent(HELPER)

    assert ADDRESS in refused(project)
    declare(project, without="agent")
    project.apply()
    assert server.agent(HELPER) == before
    assert project.run("apply", str(project.root), "--yes").exit_code == 0


def test_a_destroy_says_what_it_refuses(project: Project, server: RawServer, other: Project) -> None:
    adopt(other, ADDRESS, ids(server)["agent"], "--take-over")
    theirs = server.agent(HELPER)
    destroy = ("destroy", ADDRESS, "--yes", "--manifests", str(project.root))

    ended = project.run(*destroy)

    assert ended.exit_code == 4
    assert f"{theirs['id']} is marked by project 'other' now" in ended.output
    assert "is on the server" not in ended.output
    declare(project, without="agent")
    ended = project.run(*destroy)
    assert ended.exit_code == 0, ended.output
    assert "project 'other'" in ended.output
    assert server.agent(HELPER) == theirs
    project.apply()
    settled(project)


def test_a_whole_set_that_was_handed_over_leaves_no_record(
    project: Project, server: RawServer, other: Project
) -> None:
    other.run("adopt", "--match-names", "--take-over", "--yes", "--manifests", str(other.root))
    before = whole(server)

    Path(project.root / "team.yaml").unlink()
    assert project.run("apply", str(project.root), "--yes").exit_code == 0

    assert whole(server) == before
    assert not records_of_demo(server)


@pytest.mark.parametrize("command", ["forget", "disown"])
def test_state_lets_go_of_it_too(project: Project, server: RawServer, other: Project, command: str) -> None:
    adopt(other, ADDRESS, ids(server)["agent"], "--take-over")
    theirs = server.agent(HELPER)
    meant = ADDRESS if command == "forget" else theirs["id"]

    let_go = project.run("state", command, meant, "--yes", "--manifests", str(project.root))

    assert let_go.exit_code == 0, let_go.output
    assert server.agent(HELPER) == theirs
    declare(project, without="agent")
    assert not project.plan()["diagnostics"]
    project.apply()
    settled(project)


def test_a_refused_copy_can_be_forgotten(project: Project, server: RawServer) -> None:
    from tests.live import fleet

    declare(project)
    project.apply()
    forked = fleet.copy_of(server, HELPER, "forked", system="be rude")
    server.call("DELETE", f"/v1/agents/{server.agent(HELPER)['id']}")
    assert ADDRESS in refused(project)

    let_go = project.run("state", "forget", ADDRESS, "--yes", "--manifests", str(project.root))

    assert let_go.exit_code == 0, let_go.output
    assert server.agent("forked")["id"] == forked
    assert server.agent("forked")["tags"] == []
    declare(project, without="agent")
    assert project.run("apply", str(project.root), "--yes").exit_code == 0


def test_a_program_neither_stumbles_over_it_nor_writes_it_down(
    project: Project, server: RawServer, other: Project
) -> None:
    adopt(other, ADDRESS, ids(server)["agent"], "--take-over")
    declare(project, without="agent")
    before = server.everything()

    arguments = ("--constellation", "team", "--manifests", str(project.root), "--yes")
    provisioned = project.run("provision", "ada", *arguments)

    assert provisioned.exit_code == 0, provisioned.output
    assert server.everything() == before


def test_a_saved_plan_lets_go_of_it_as_well(project: Project, server: RawServer, other: Project) -> None:
    helper = ids(server)["agent"]
    adopt(other, ADDRESS, helper, "--take-over")
    declare(project, without="agent")
    saved = str(project.root.parent / "plan.json")
    assert project.run("plan", str(project.root), "-o", saved).exit_code == 0

    applied = project.run("apply", saved, "--yes", "--root", str(project.root))

    assert applied.exit_code == 0, applied.output
    assert helper not in server.list("groups")[0]["agent_ids"]
    settled(project)


def test_what_was_renamed_here_meanwhile_is_taken_back_under_its_new_name(
    project: Project, server: RawServer, other: Project
) -> None:
    helper = ids(server)["agent"]
    adopt(other, ADDRESS, helper, "--take-over")
    documents = list(yaml.safe_load_all((project.root / "team.yaml").read_text(encoding="utf-8")))
    template = documents[0]
    template["agents"]["aide"] = template["agents"].pop("helper")
    template["groups"]["main"]["agents"] = ["aide", "writer"]
    project.write(
        "team.yaml", {**template, "moved": [{"from": "agent/helper", "to": "agent/aide"}]}, *documents[1:]
    )

    taken_back = project.run(*typed(project, hints(project)[ADDRESS]))

    assert taken_back.exit_code == 0, taken_back.output
    project.apply()
    assert server.agent("team_ada_aide")["id"] == helper
    assert not project.plan()["changes"]
