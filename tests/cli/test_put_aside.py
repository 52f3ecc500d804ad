"""Where old values and saved agents lie: on a volume that was chosen, else on this machine, which is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.drifting import agent, team, users
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.simulated import SimulatedLetta
from tests.simulated.serve import served

SAID = "old values and saved agents are on this machine only"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """One user, whose agent has said something, and whose block is enforced and was changed."""
    rules = {"value": "be kind", "ownership": {"value": "enforced"}}
    (tmp_path / "project").mkdir()
    with served(SimulatedLetta()) as url:
        made = Project(tmp_path / "project", url, tmp_path / "first.db")
        template = team({"helper": agent("rules")}, blocks={"rules": rules})
        made.write("all.yaml", {"kind": "Project", "name": "demo"}, template, users("ada"))
        made.apply()
        server = RawServer(url)
        block = next(each for each in server.list("blocks") if each["label"] == "rules")
        server.call("PATCH", f"/v1/blocks/{block['id']}", {"value": "be rude"})
        helper = server.list("agents")[0]["id"]
        server.call("POST", f"/v1/agents/{helper}/archival-memory", {"text": "the cat is called Fig"})
        yield made


def run(project: Project, *words: str, **environ: str) -> Any:
    """One command on a clean runner, whose home is empty."""
    folders = {"XDG_STATE_HOME": "none", "XDG_CACHE_HOME": "none", **environ}
    given: dict[str, Any] = {name: str(project.root.parent / value) for name, value in folders.items()}
    runner = Project(project.root, project.url, project.cache, {**given, "RECONCILER_CACHE": None})
    return runner.run(*words)


def test_a_runner_says_that_old_values_end_with_it(project: Project) -> None:
    ran = run(project, "apply", str(project.root), "--yes")
    assert ran.exit_code == 0, ran.output
    assert SAID in ran.stderr
    assert "RECONCILER_STATE" in ran.stderr


def test_with_a_volume_the_next_runner_has_them(project: Project) -> None:
    there = {"RECONCILER_STATE": "volume"}
    ran = run(project, "apply", str(project.root), "--yes", **there)
    assert ran.exit_code == 0, ran.output
    assert SAID not in ran.stderr
    block = "team/ada/block/rules"
    later = run(project, "history", block, "--manifests", str(project.root), XDG_STATE_HOME="two", **there)
    assert "be rude" in later.stdout


def test_saved_agents_lie_on_the_volume_too(project: Project) -> None:
    words = ("destroy", "team/ada", "--yes", "--allow", "data-loss", "--manifests", str(project.root))
    ran = run(project, *words, RECONCILER_STATE="volume")
    assert ran.exit_code == 0, ran.output
    saved = sorted(each.name for each in (project.root.parent / "volume" / "exports" / "demo").iterdir())
    assert [name.partition("-")[0] for name in saved] == ["team_ada_agent_helper"] * 2
    assert f"saved: team/ada/agent/helper: {project.root.parent / 'volume'}" in ran.stdout


def test_an_apply_that_overwrote_nothing_says_nothing(project: Project) -> None:
    run(project, "apply", str(project.root), "--yes", RECONCILER_STATE="volume")
    again = run(project, "apply", str(project.root), "--yes")
    assert again.exit_code == 0, again.output
    assert SAID not in again.stderr


def test_saved_agents_are_listed_and_deleted_by_age(project: Project) -> None:
    words = ("destroy", "team/ada", "--yes", "--allow", "data-loss", "--manifests", str(project.root))
    run(project, *words, RECONCILER_STATE="volume")
    volume = project.root.parent / "volume" / "exports" / "demo"

    def exports(*more: str) -> Any:
        where = ("--manifests", str(project.root))
        ran = run(project, "state", "exports", *more, *where, RECONCILER_STATE="volume")
        assert ran.exit_code == 0, ran.output
        return ran

    (agent_file,) = volume.glob("*.af")
    assert str(agent_file) in exports().stdout
    assert [each["address"] for each in json.loads(exports("--json").stdout)["exports"]] == [
        "team/ada/agent/helper"
    ]
    assert "no such agent was saved" in exports("team/eve").stderr
    exports("--older-than", "30", "--delete", "--yes")
    assert len(list(volume.iterdir())) == 2
    exports("team/ada", "--delete", "--yes")
    assert list(volume.iterdir()) == []


def test_nothing_is_deleted_without_a_yes(project: Project) -> None:
    words = ("destroy", "team/ada", "--yes", "--allow", "data-loss", "--manifests", str(project.root))
    run(project, *words, RECONCILER_STATE="volume")
    where = ("--manifests", str(project.root))
    refused = run(project, "state", "exports", "--delete", *where, RECONCILER_STATE="volume")
    assert refused.exit_code == 4
    assert len(list((project.root.parent / "volume" / "exports" / "demo").iterdir())) == 2


def test_what_a_machine_keeps_of_a_person_is_erased_only_with_a_yes(project: Project) -> None:
    words = ("destroy", "team/ada", "--yes", "--allow", "data-loss", "--manifests", str(project.root))
    run(project, *words, RECONCILER_STATE="volume")
    volume = project.root.parent / "volume" / "exports" / "demo"
    erase = ("destroy", "team/ada", "--erase", "--manifests", str(project.root))
    assert run(project, *erase, RECONCILER_STATE="volume").exit_code == 4
    assert len(list(volume.iterdir())) == 2
    assert run(project, *erase, "--yes", RECONCILER_STATE="volume").exit_code == 0
    assert list(volume.iterdir()) == []


def test_a_report_that_could_not_be_written_is_said_before_anything_is_gone(project: Project) -> None:
    words = (
        "destroy",
        "team/ada",
        "--erase",
        "--yes",
        "--allow",
        "data-loss",
        "--manifests",
        str(project.root),
    )
    nowhere = project.root / "no" / "such" / "folder.md"
    assert run(project, *words, "--report", str(nowhere)).exit_code == 1
    assert run(project, "destroy", "team/ada", "--report", str(project.root / "a.md")).exit_code == 1
    assert len(RawServer(project.url).list("agents")) == 1
