"""What a fleet says that has learned for months, on a clean runner: a server in memory, 30 users."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.live.drifting import agent, team, users
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.simulated import SimulatedLetta
from tests.simulated.serve import served

USERS = tuple(f"u{number:02}" for number in range(30))


def declared(state: str = "calm", rules: str = "one\ntwo") -> dict[str, Any]:
    merged = {"value": rules, "ownership": {"value": "merged"}}
    return team({"helper": agent("state", "rules")}, blocks={"state": {"value": state}, "rules": merged})


class Fleet:
    """The project and its server; every command runs on a machine that knows nothing."""

    def __init__(self, folder: Path, url: str) -> None:
        self._server = RawServer(url)
        self._folder = folder
        (folder / "project").mkdir()
        self._url = url
        self.write(declared(), *USERS)
        self.run("apply", "--yes")

    def write(self, template: dict[str, Any], *names: str) -> None:
        """The manifests of now."""
        project = Project(self._folder / "project", self._url, self._folder / "none.db")
        project.write("all.yaml", {"kind": "Project", "name": "demo"}, template, users(*names))

    def learn(self, label: str, value: str) -> None:
        """Every user's agent writes this."""
        for block in self._server.list("blocks"):
            if block["label"] == label:
                self._server.call("PATCH", f"/v1/blocks/{block['id']}", {"value": value})

    def values(self, label: str) -> set[str]:
        """What all blocks of this label hold."""
        return {block["value"] for block in self._server.list("blocks") if block["label"] == label}

    def run(self, command: str, *options: str, exits: int = 0) -> str:
        """What it prints on stdout."""
        cache = self._folder / f"machine{len(list(self._folder.glob('machine*')))}"
        cache.mkdir()
        project = Project(self._folder / "project", self._url, cache / "cache.db")
        where = ["--manifests", str(project.root)] if command == "export" else [str(project.root)]
        result = project.run(command, *where, *options)
        assert result.exit_code == exits, result.output
        return result.stdout


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with served(SimulatedLetta()) as url:
        yield Fleet(tmp_path, url)


@pytest.mark.parametrize("command", [("plan",), ("apply", "--yes")], ids=lambda words: words[0])
def test_nothing_to_do_is_said_in_five_lines(fleet: Fleet, command: tuple[str, ...]) -> None:
    fleet.learn("state", "wild")
    fleet.learn("rules", "one\ntwo\nthree")
    fleet.write(declared("quiet"), *USERS[1:])
    said = fleet.run(*command)
    assert len(said.encode()) <= 400
    assert len(said.splitlines()) <= 5
    assert "29 learned since the last apply, 29 learned under a seed that changed since" in said
    assert "4 no longer declared (--prune deletes)" in said
    assert fleet.values("state") == {"wild"}


def test_each_of_it_is_listed_when_asked_for(fleet: Fleet) -> None:
    fleet.learn("state", "wild")
    said = fleet.run("plan", "--verbose")
    assert said.count("learned since the last apply; the live value stays") == 30


def test_a_text_that_needs_a_person_is_shown_in_full(fleet: Fleet) -> None:
    fleet.learn("rules", "one\nzwei")
    fleet.write(declared(rules="one\nTWO"), *USERS)
    said = fleet.run("plan", "--detailed-exitcode", exits=2)
    assert "reconciler accept" in said
    assert fleet.run("plan").count("team/u") > 10


def test_an_added_line_beside_a_changed_last_line_merges_on_a_clean_runner(fleet: Fleet) -> None:
    fleet.learn("rules", "one\ntwo\nlearned")
    fleet.write(declared(rules="one\nTWO"), *USERS)
    fleet.run("apply", "--yes")
    assert fleet.values("rules") == {"one\nTWO\nlearned"}


def test_a_plan_shows_what_a_merge_makes(fleet: Fleet) -> None:
    fleet.learn("rules", "one\ntwo\nlearned")
    fleet.write(declared(rules="one\nTWO"), *USERS)
    said = fleet.run("plan")
    assert "- learned" not in said
    assert "+ TWO" in said


def test_what_was_learned_under_a_seed_that_changed_is_exported(fleet: Fleet) -> None:
    fleet.learn("state", "wild")
    fleet.learn("rules", "one\nzwei")
    fleet.write(declared("quiet", "one\nTWO"), *USERS)
    (document,) = yaml.safe_load_all(fleet.run("export", "--learned", "--user", "u07"))
    assert document["overrides"] == {
        "u07": {"blocks": {"rules": {"value": "one\nzwei"}, "state": {"value": "wild"}}}
    }
