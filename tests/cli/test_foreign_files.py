"""A folder that other tools share: their YAML is one counted line, and only -v names it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run, World

COMPOSE = "services:\n  db: {image: postgres, environment: !reset {}}\n"


@pytest.fixture(autouse=True)
def shared_folder(project: Path, world: World) -> Path:
    """Manifests beside the files of two other tools."""
    del world
    (project / "docker-compose.yaml").write_text(COMPOSE, encoding="utf-8")
    (project / "mkdocs.yml").write_text("site_name: !!python/name:x.y\n", encoding="utf-8")
    return project


@pytest.mark.parametrize(
    "command",
    [
        ("validate",),
        ("render",),
        ("plan",),
        ("apply", "--yes"),
        ("drift",),
        ("destroy", "pair/1", "--yes"),
        ("provision", "7", "--yes", "--help"),
    ],
    ids=" ".join,
)
def test_no_command_breaks(command: tuple[str, ...], run: Run) -> None:
    assert run(*command).exit_code == 0


@pytest.mark.parametrize("command", ["validate", "plan", "render", "drift"])
def test_they_are_counted_in_one_line_and_named_with_verbose(command: str, run: Run) -> None:
    said = run(command).stderr
    assert said.count("2 YAML documents of other tools were skipped") == 1
    assert "mkdocs.yml" not in said
    named = run(command, "-v").stderr
    assert "docker-compose.yaml:1, mkdocs.yml:1" in named
    assert ".reconcilerignore" in named
    assert "skipped" not in run(command, "-q").stderr


def test_a_note_is_no_warning(run: Run) -> None:
    assert run("validate").stdout.startswith("The manifests are valid: ")
    (found,) = json.loads(run("validate", "--json").stdout)["diagnostics"]
    assert found["severity"] == "note"


def test_what_is_ignored_is_not_counted(run: Run, shared_folder: Path) -> None:
    (shared_folder / ".reconcilerignore").write_text("docker-compose.yaml\nmkdocs.yml\n", encoding="utf-8")
    assert "skipped" not in run("plan", "-v").stderr


def test_a_lost_line_never_hides_users_from_prune(run: Run, world: World, shared_folder: Path) -> None:
    """The fault: the Users document loses its apiVersion, and everybody is pruned."""
    assert run("apply", "--yes").exit_code == 0
    path = shared_folder / "all.yaml"
    head, mark, users = path.read_text(encoding="utf-8").rpartition("---\n")
    path.write_text(head + mark + users.replace("apiVersion: reconciler/v1\n", ""), encoding="utf-8")
    result = run("apply", "--yes", "--prune", "--allow", "deletes", "--allow", "prune-all")
    assert result.exit_code == 1
    assert "'apiVersion' is missing" in result.stderr
    assert len(world.live) == 4
