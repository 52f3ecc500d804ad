"""A saved plan grants nothing: the project configured here decides where it goes and how much it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.values import Address
from tests.plan.forgery import Document, forged

from .conftest import PROJECT, Run, World

pytestmark = pytest.mark.usefixtures("project")

MOOD = Address.parse("pair/1/block/mood")


def edit(project: Path, change: Callable[[Document], None]) -> None:
    file = project / "plan.json"
    file.write_text(forged(file.read_text(), change))


def declare(project: Path, **words: str) -> None:
    """Rewrite the manifests, word by word."""
    text = PROJECT
    for old, new in words.items():
        text = text.replace(old, new)
    (project / "all.yaml").write_text(text)


def prune_plan(run: Run, project: Path, safety: str = "") -> None:
    """Everything is there, one user is no longer declared, and a plan to delete what was theirs is saved."""
    assert run("apply", "--yes").exit_code == 0
    declare(project, **{', {id: "2"}': "", "name: demo": f"name: demo\n{safety}"})
    assert run("plan", "--prune", "-o", "plan.json").exit_code == 0


def test_limits_are_those_of_the_project_not_of_the_file(run: Run, world: World, project: Path) -> None:
    prune_plan(run, project, "safety: {max_deletes: 0}")
    edit(project, lambda document: document.update(safety={"max_deletes": 1000}))
    there = dict(world.live)
    result = run("apply", "plan.json", "--yes")
    assert result.exit_code == 4, result.output
    assert "the limit is 0 (safety.max_deletes)" in result.stderr
    assert world.live == there


def test_without_a_terminal_the_command_to_type_applies_the_plan(run: Run, world: World) -> None:
    assert run("plan", "-o", "plan.json").exit_code == 0
    refused = run("apply", "plan.json")
    assert "reconciler apply plan.json --yes" in refused.stderr
    assert run("apply", "plan.json", "--yes").exit_code == 0


def test_limits_that_were_loosened_since_count(run: Run, world: World, project: Path) -> None:
    prune_plan(run, project, "safety: {max_deletes: 0}")
    text = (project / "all.yaml").read_text()
    (project / "all.yaml").write_text(text.replace("max_deletes: 0", "max_deletes: 5"))
    assert run("apply", "plan.json", "--yes").exit_code == 0


def test_how_much_there_is_is_counted(run: Run, world: World, project: Path) -> None:
    """A percentage of a number that the file made up says nothing."""
    declare(project, **{'{id: "2"}': ", ".join(f'{{id: "{n}"}}' for n in range(2, 8))})
    run("apply", "--yes")
    declare(project, **{"name: demo": "name: demo\nsafety: {max_deletes: 50, max_change_percent: 30}"})
    run("plan", "--prune", "-o", "plan.json")
    edit(project, lambda document: document.update(compared=1_000_000))
    result = run("apply", "plan.json", "--yes")
    assert result.exit_code == 4, result.output
    assert "of 14 resources" in result.stderr


def test_messages_are_those_of_the_server(run: Run, world: World, project: Path) -> None:
    run("apply", "--yes")
    agent = Address.parse("pair/2/agent/one")
    world.live[agent] = replace(world.live[agent], messages=3)
    declare(project, **{', {id: "2"}': ""})
    run("plan", "--prune", "-o", "plan.json")

    def silence(document: Document) -> None:
        for change in document["changes"]:
            change["messages"] = 0

    edit(project, silence)
    result = run("apply", "plan.json", "--yes")
    assert result.exit_code == 4
    assert "has 3 messages that would be lost" in result.stderr


@pytest.mark.parametrize(
    "server", ["https://evil.example", "http://localhost:8284", "http://localhost:8283/x"]
)
def test_a_plan_goes_to_no_server_that_is_not_configured(
    run: Run, world: World, project: Path, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    monkeypatch.setenv("LETTA_API_KEY", "canary-key")
    run("plan", "-o", "plan.json")
    world.connection = None
    edit(project, lambda document: document.update(server=server))
    result = run("apply", "plan.json", "--yes")
    assert (result.exit_code, world.connection, world.written) == (4, None, [])
    assert f"made for {server}; the server configured here is http://localhost:8283" in result.stderr


def test_a_plan_without_a_server_goes_to_the_configured_one(run: Run, world: World, project: Path) -> None:
    declare(project, **{"name: demo": "name: demo\nserver: {url: 'http://localhost:1/team/'}"})
    run("plan", "-o", "plan.json")
    edit(project, lambda document: document.pop("server"))
    assert run("apply", "plan.json", "--yes").exit_code == 0
    assert world.connection.base_url == "http://localhost:1/team/"


@pytest.mark.parametrize("url", ["http://localhost:1/", "http://localhost:1/team/a/", "HTTP://LOCALHOST:1"])
def test_a_url_may_be_written_in_any_way(run: Run, world: World, url: str) -> None:
    saved = run("plan", "-o", "plan.json", "--url", url)
    assert f"reconciler apply plan.json --url {url}" in saved.stderr
    result = run("apply", "plan.json", "--yes", "--url", url.rstrip("/"))
    assert result.exit_code == 0, result.stderr
    assert world.connection.base_url == url.rstrip("/")


def test_a_plan_for_another_project_is_refused(run: Run, world: World, project: Path) -> None:
    run("plan", "-o", "plan.json")
    declare(project, **{"name: demo": "name: other"})
    result = run("apply", "plan.json", "--yes")
    assert (result.exit_code, world.written) == (4, [])
    assert "made for project 'demo'; in . there is 'other'" in result.stderr
    result = run("apply", "plan.json", "--yes", "--project", "third")
    assert (result.exit_code, world.written) == (4, [])


def test_a_plan_made_under_another_name_says_so_again(run: Run, world: World) -> None:
    saved = run("plan", "-o", "plan.json", "--project", "staging")
    assert "reconciler apply plan.json --project staging" in saved.stderr
    assert run("apply", "plan.json", "--yes", "--project", "staging").exit_code == 0


def test_a_project_elsewhere_is_named(
    run: Run, world: World, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "elsewhere"
    there.mkdir()
    monkeypatch.chdir(there)
    saved = run("plan", str(project), "-o", "plan.json")
    assert f"reconciler apply plan.json --root {project}" in saved.stderr
    assert run("apply", "plan.json", "--yes", "--root", str(project)).exit_code == 0


def test_two_projects_of_one_name_are_told_apart(run: Run, world: World, project: Path) -> None:
    run("plan", "-o", "plan.json")
    (project / "copy").mkdir()
    (project / "copy" / "all.yaml").write_text(PROJECT)
    result = run("apply", "plan.json", "--yes")
    assert result.exit_code == 1
    assert "2 projects are called 'demo'" in result.stderr
    assert run("apply", "plan.json", "--yes", "--root", "copy").exit_code == 0


def test_operations_beyond_what_the_plan_shows_are_refused(run: Run, world: World, project: Path) -> None:
    run("apply", "--yes")
    declare(project, **{"limit: 100": "limit: 200"})
    run("plan", "-o", "plan.json", "--user", "1")
    delete: Any = {"op": "delete", "address": str(MOOD), "id": f"id-{MOOD}"}
    edit(project, lambda document: document["changes"][0]["operations"].append(delete))
    result = run("apply", "plan.json", "--yes")
    assert result.exit_code == 4
    assert "update does not delete" in result.stderr
    assert MOOD in world.live


def learn(world: World, text: str) -> None:
    block = world.live[MOOD]
    world.live[MOOD] = replace(block, leaves={**block.leaves, "value": text})


def test_what_an_agent_learned_does_not_make_a_plan_stale(run: Run, world: World, project: Path) -> None:
    run("apply", "--yes")
    declare(project, **{"limit: 100": "limit: 200"})
    run("plan", "-o", "plan.json")
    learn(world, "learned meanwhile")
    assert run("apply", "plan.json", "--yes").exit_code == 0


def test_a_block_that_is_gone_stops_the_whole_plan_before_it_begins(
    run: Run, world: World, project: Path
) -> None:
    run("apply", "--yes")
    declare(project, **{"limit: 100": "limit: 200"})
    run("plan", "-o", "plan.json")
    world.written.clear()
    del world.live[MOOD]
    result = run("apply", "plan.json", "--yes")
    assert (result.exit_code, world.written) == (4, [])
    assert f"{MOOD}: is gone" in result.stderr
    assert "--skip-moved" in result.stderr


def test_skip_moved_does_the_rest_and_is_partial(run: Run, world: World, project: Path) -> None:
    run("apply", "--yes")
    declare(project, **{"limit: 100": "limit: 200"})
    run("plan", "-o", "plan.json")
    world.written.clear()
    del world.live[MOOD]
    result = run("apply", "plan.json", "--yes", "--skip-moved")
    assert result.exit_code == 3
    assert [str(operation.address) for operation in world.written] == ["pair/2/block/mood"]
    assert f"1 change left out: the server moved since the plan was made\n  why: {MOOD}" in result.stderr
    assert "reconciler plan -o plan.json" in result.stderr


def test_skip_moved_of_everything_does_nothing_and_is_partial(run: Run, world: World) -> None:
    run("plan", "-o", "plan.json")
    run("apply", "--yes")
    world.written.clear()
    result = run("apply", "plan.json", "--yes", "--skip-moved")
    assert (result.exit_code, world.written) == (3, [])


def test_skip_moved_leaves_agents_that_are_running(run: Run, world: World, project: Path) -> None:
    run("apply", "--yes")
    declare(project, **{"shared_blocks: [mood]": "shared_blocks: [mood], description: first"})
    run("plan", "-o", "plan.json")
    world.written.clear()
    world.at_work = frozenset({"id-pair/1/agent/one"})
    assert run("apply", "plan.json", "--yes").exit_code == 4
    result = run("apply", "plan.json", "--yes", "--skip-moved")
    assert result.exit_code == 3
    assert [str(operation.address) for operation in world.written] == ["pair/2/agent/one"]


def test_skip_moved_is_for_saved_plans(run: Run, world: World) -> None:
    result = run("apply", "--yes", "--skip-moved")
    assert (result.exit_code, world.written) == (1, [])
    assert "saved plan" in result.stderr
