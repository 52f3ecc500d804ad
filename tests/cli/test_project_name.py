"""The name of a project is written down, given as a flag or in the environment; a folder's is nobody's."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reconciler import Constellations, ReconcilerError
from reconciler.errors import ServerUnreachable

from .conftest import Run, World, boom

TEMPLATE = """
apiVersion: reconciler/v1
kind: Constellation
name: pair
agents:
  one: {model: letta/letta-free, embedding: letta/letta-free}
---
apiVersion: reconciler/v1
kind: Users
constellation: pair
users: [{id: "1"}]
"""
NAMELESS = "apiVersion: reconciler/v1\nkind: Project\nsafety: {max_deletes: 3}\n---\n"
COMMANDS = (
    ("plan",),
    ("apply", "--yes"),
    ("drift",),
    ("destroy", "pair/1", "--yes"),
    ("provision", "7", "--yes"),
    ("message", "pair/1/agent/one", "hello"),
    ("export",),
    ("export", "--learned"),
    ("adopt", "--match-names", "--yes"),
    ("state", "list"),
    ("state", "rebuild"),
    ("state", "forget", "pair/1", "--yes"),
    ("history", "pair/1/block/mood"),
    ("restore", "pair/1/block/mood@1", "--yes"),
    ("unlock", "--yes"),
    ("doctor",),
    ("mcp", "--user", "1"),
)
"""Every command that has to know whose resources it is about."""


@pytest.fixture
def nameless(project: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder called `project` whose manifests do not say the name of the project."""
    del world
    (project / "all.yaml").write_text(TEMPLATE, encoding="utf-8")
    monkeypatch.delenv("RECONCILER_PROJECT", raising=False)
    return project


def holding(monkeypatch: pytest.MonkeyPatch, *projects: str) -> None:
    """A server on which these projects own something."""
    tags = [f"letta-reconciler:project={name}" for name in projects]
    monkeypatch.setattr(
        "reconciler.remote.read.project_names.connect",
        lambda *_, **__: SimpleNamespace(get=lambda *_: ["user:1", *tags], close=lambda: None),
    )


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:2]))
def test_every_command_that_reaches_a_server_needs_a_name(
    command: tuple[str, ...], nameless: Path, run: Run, monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    holding(monkeypatch)
    result = run(*command)
    assert result.exit_code == 1
    assert "the project has no name" in result.stderr
    assert f">> {nameless / 'project.yaml'}" in result.stderr
    assert "name: project" in result.stderr
    assert not world.written


def test_the_command_of_the_error_works_as_printed(
    nameless: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    import subprocess

    holding(monkeypatch)
    tip = run("plan").stderr.split("try: ")[1].split("; or")[0]
    subprocess.run(["bash", "-c", tip], check=True, cwd=nameless)
    result = run("plan", "--json")
    assert result.exit_code == 0
    assert '"project": "project"' in result.stdout


@pytest.mark.parametrize("command", [("validate",), ("render",), ("schema",)], ids=lambda c: c[0])
def test_what_needs_no_server_needs_no_name(command: tuple[str, ...], nameless: Path, run: Run) -> None:
    del nameless
    assert run(*command).exit_code == 0


def test_a_flag_names_the_project(nameless: Path, run: Run) -> None:
    del nameless
    assert "project flagged on" in run("plan", "--project", "flagged").stderr


def test_the_environment_names_the_project(nameless: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (nameless / "all.yaml").write_text(NAMELESS + TEMPLATE, encoding="utf-8")
    monkeypatch.setenv("RECONCILER_PROJECT", "from-ci")
    assert "project from-ci on" in run("plan").stderr
    assert run("validate").exit_code == 0


def test_marks_of_the_folders_name_on_the_server_are_said_with_the_name_to_write(
    nameless: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    del nameless
    holding(monkeypatch, "elsewhere", "project")
    said = run("apply", "--yes").stderr
    assert "holds resources of project 'project', the name of this folder" in said
    assert "name: project" in said


def test_other_projects_on_the_server_are_listed_and_none_is_proposed(
    nameless: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    del nameless
    holding(monkeypatch, "prod", "staging")
    said = run("plan").stderr
    assert "holds resources of: prod, staging" in said
    assert "name: NAME" in said


def test_a_server_that_does_not_answer_changes_nothing_about_the_error(
    nameless: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    del nameless
    monkeypatch.setattr("reconciler.remote.read.project_names.connect", boom(ServerUnreachable("no answer")))
    result = run("plan")
    assert result.exit_code == 1
    assert "the project has no name" in result.stderr
    assert "did not answer" in result.stderr


def test_a_project_document_without_a_name_is_found_offline(nameless: Path, run: Run) -> None:
    (nameless / "all.yaml").write_text(NAMELESS + TEMPLATE, encoding="utf-8")
    result = run("validate")
    assert result.exit_code == 1
    assert "all.yaml:1:1: the project has no name" in result.stderr
    assert "write `name: project` into the Project document at all.yaml:1:1" in result.stderr


def test_two_checkouts_of_one_project_are_one_project(
    nameless: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault: a checkout in another folder made a second copy of everything."""
    other = nameless.parent / "runner-17"
    other.mkdir()
    text = NAMELESS.replace("kind: Project", "kind: Project\nname: one") + TEMPLATE
    for folder in (nameless, other):
        (folder / "all.yaml").write_text(text, encoding="utf-8")
    assert run("apply", "--yes").exit_code == 0
    monkeypatch.chdir(other)
    assert run("plan", "--detailed-exitcode").exit_code == 0


def test_what_init_writes_has_a_name(tmp_path: Path, run: Run, world: World) -> None:
    del world
    folder = tmp_path / "my bot!"
    assert run("init", str(folder)).exit_code == 0
    assert "project my-bot on" in run("plan", str(folder)).stderr


def test_a_program_needs_a_name_too(nameless: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holding(monkeypatch, "project")
    with pytest.raises(ReconcilerError, match="the project has no name") as caught:
        Constellations(nameless, base_url="http://127.0.0.1:9", cache=False)
    assert "name of this folder" in caught.value.why
    monkeypatch.setenv("RECONCILER_PROJECT", "bot")
    with Constellations(nameless, base_url="http://127.0.0.1:9", cache=False) as opened:
        assert opened.project == "bot"


def test_a_failure_of_another_kind_is_not_hidden(nameless: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what the server answers may be missing; a mistake in this code must be seen."""

    def broken(*_: Any, **__: Any) -> Any:
        raise TypeError("a mistake")

    monkeypatch.setattr("reconciler.remote.read.project_names.connect", broken)
    with pytest.raises(TypeError):
        Constellations(nameless, base_url="http://127.0.0.1:9", cache=False)
