"""A project that gets another name finds nothing of what it made: the plan says so, and whose it is.

Pulumi 8303 and 950: after the name of a project was changed every resource was made a second time, unsaid.
Argo CD 8179: an application is gone, its marks are still on what it made, and nobody else may take that over.
"""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from tests.live.drifting import agent, settled, team, users
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.live.test_reports_of_others import another, warnings

pytestmark = pytest.mark.server
HELPER = "team_ada_helper"
ADDRESS = "team/ada/agent/helper"


def declare(project: Project, *ids: str, **agents: Any) -> None:
    template = team(
        {"helper": agent("state"), **agents},
        blocks={"state": {"value": "calm"}},
        groups={"main": {"manager": {"type": "round_robin"}, "agents": ["helper"]}},
    )
    shared = {"kind": "Shared", "blocks": {"rules": {"value": "be kind"}}}
    project.write("team.yaml", template, users(*ids), shared)


def rename(project: Project, name: str) -> None:
    project.write("project.yaml", {"kind": "Project", "name": name})
    project.cache.unlink(missing_ok=True)


def hint(project: Project) -> str:
    (said,) = project.plan()["diagnostics"]
    return str(said["hint"])


def test_a_renamed_project_is_told_whose_everything_is_before_it_makes_a_second_copy(
    project: Project, server: RawServer
) -> None:
    declare(project)
    project.apply()
    reads = project.plan()["requests"]["reads"]
    rename(project, "renamed")

    planned = project.plan()

    (said,) = planned["diagnostics"]
    assert (said["severity"], said["summary"].startswith("project 'demo' has ")) == ("warning", True)
    assert server.agent(HELPER)["id"] in said["summary"] or server.block("rules")["id"] in said["summary"]
    assert "`name: demo`" in said["hint"]
    assert planned["requests"]["reads"] <= reads + 2, "the lists of models and of embeddings"


def test_everything_can_be_taken_over_by_the_command_that_is_printed(
    project: Project, server: RawServer
) -> None:
    declare(project)
    project.apply()
    server.call("PATCH", f"/v1/blocks/{server.block('state')['id']}", {"value": "learned"})
    before = {kind: {each["id"] for each in server.list(kind)} for kind in ("agents", "blocks", "groups")}
    rename(project, "renamed")

    words = shlex.split(hint(project).partition("reconciler ")[2].partition(";")[0])
    taken = project.run(*words, "--yes", "--manifests", str(project.root))
    assert taken.exit_code == 0, taken.output
    project.apply()

    assert {kind: {each["id"] for each in server.list(kind)} for kind in before} == before
    assert server.block("state")["value"] == "learned"
    assert not project.plan()["changes"]


def test_a_program_under_another_name_is_told_as_well(project: Project, server: RawServer) -> None:
    declare(project)
    project.apply()
    rename(project, "renamed")

    arguments = ("--constellation", "team", "--manifests", str(project.root), "--yes")
    provisioned = project.run("provision", "ada", *arguments)

    assert provisioned.exit_code == 0, provisioned.output
    assert "project 'demo' has " in provisioned.output


def test_the_old_name_brings_everything_back(project: Project, server: RawServer) -> None:
    declare(project)
    project.apply()
    rename(project, "renamed")
    assert "`name: demo`" in hint(project)
    rename(project, "demo")
    settled(project)


def test_two_projects_side_by_side_are_told_once_and_not_hindered(
    project: Project, server: RawServer
) -> None:
    other = another(project, "other")
    for each in (project, other):
        declare(each)
    project.apply()
    assert len(warnings(other)) == 1
    other.apply()
    settled(other)
    settled(project)
    declare(other, "ada", "bob")
    assert warnings(other) == []


def test_a_new_project_on_a_server_of_others_is_told_nothing(project: Project, server: RawServer) -> None:
    other = another(project, "other")
    declare(project)
    declare(other, "bob")
    project.apply()
    (said,) = other.plan()["diagnostics"]
    assert "shared/block/rules" in said["summary"]


@pytest.mark.parametrize("users_of_run", [(), ("--user", "ada")])
def test_an_agent_that_was_handed_over_is_no_surprise_when_it_is_declared_again(
    project: Project, server: RawServer, users_of_run: tuple[str, ...]
) -> None:
    other = another(project, "other")
    for each in (project, other):
        declare(each, writer=agent())
    project.apply()
    theirs = server.agent("team_ada_writer")["id"]
    adopt = ("adopt", "team/ada/agent/writer", theirs, "--yes", "--take-over")
    other.run(*adopt, "--manifests", str(other.root))
    declare(project)
    project.apply()
    declare(project, writer=agent())

    planned = project.run("plan", str(project.root), "--json", *users_of_run)

    (said,) = json.loads(planned.stdout)["diagnostics"]
    assert theirs in said["summary"]
    assert "project 'other'" in said["summary"]


def test_what_was_taken_over_outlives_the_project_that_made_it(project: Project, server: RawServer) -> None:
    other = another(project, "other")
    for each in (project, other):
        declare(each)
    project.apply()
    taken = other.run("adopt", "--match-names", "--take-over", "--yes", "--manifests", str(other.root))
    assert taken.exit_code == 0, taken.output
    before = server.everything()

    destroy = ("destroy", "team/*", "shared", "--yes", "--manifests", str(project.root))
    assert project.run(*destroy).exit_code == 4
    (project.root / "team.yaml").unlink()
    assert project.run("apply", str(project.root), "--yes", "--prune").exit_code == 0

    assert server.everything() == before
    other.apply()
    settled(other)
