"""A program that asks for JSON gets one document with a format_version, whatever is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from reconciler.cli import main as command_line
from reconciler.cli.commands import COMMANDS

from .conftest import Run, World, boom


def words_of(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every command line that knows --json."""
    if any("--json" in option.opts for option in command.params):
        yield words
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None:
                yield from words_of(found, (*words, name))


def told(text: str) -> dict[str, Any]:
    """The error of the one document there is."""
    document = json.loads(text)
    assert document["format_version"] == "1.0"
    assert set(document["error"]) == {"type", "summary", "why", "hint"}
    error: dict[str, Any] = document["error"]
    return error


COMMAND_LINES = sorted(words_of(command_line.cli, ()))


def test_the_command_lines_are_found() -> None:
    assert {words[0] for words in COMMAND_LINES} >= set(COMMANDS) - {"mcp", "schema"}


@pytest.mark.parametrize("words", COMMAND_LINES, ids=" ".join)
def test_a_usage_error_is_a_document(words: tuple[str, ...], run: Run) -> None:
    result = run(*words, "--bogus", "--json")
    assert result.exit_code == 1
    error = told(result.stdout)
    assert error["type"] == "UsageError"
    assert "--bogus" in error["summary"]
    assert error["hint"] == f"reconciler {' '.join(words)} --help"
    assert result.stderr.startswith("error: No such option '--bogus'")


@pytest.mark.parametrize(
    "words",
    [
        ("plann", "--json"),
        ("--json", "plan"),
        ("--json",),
        ("state", "--json", "list"),
        ("state", "lst", "--json"),
        ("schema", "--json"),
        ("destroy", "--json"),
        ("history", "--json"),
        ("plan", "--json", "--target"),
        ("plan", "--json", "--target", "pair//agent"),
        ("plan", "--json", "--user", ""),
        ("plan", "--json", "--shard", "3/2"),
        ("plan", "--json", "--parallel", "many"),
        ("plan", "--json", "--allow", "nothing-known"),
        ("plan", "--json", "--json=yes"),
        ("adopt", "--json"),
        ("adopt", "--json", "--from-lettactl", "fleet.yaml"),
        ("apply", "one.json", "two.json", "--json", "--bogus"),
        ("drift", "--accept", "--bogus", "--json"),
    ],
    ids=" ".join,
)
def test_every_kind_of_usage_error_is_one(words: tuple[str, ...], run: Run, project: Path) -> None:
    result = run(*words)
    assert result.exit_code == 1
    assert told(result.stdout)["type"] == "UsageError"


@pytest.mark.parametrize("words", [("--json-into", "said.json"), ("--json-into=said.json",)], ids=" ".join)
def test_it_goes_into_the_file_as_well(words: tuple[str, ...], run: Run, project: Path) -> None:
    result = run("plan", "--bogus", *words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert told((project / "said.json").read_text())["type"] == "UsageError"


@pytest.mark.parametrize("value", ["", " ", "."])
def test_a_file_that_cannot_be_written_takes_nothing_from_the_message(
    value: str, run: Run, project: Path
) -> None:
    before = sorted(project.iterdir())
    result = run("plan", "--bogus", "--json-into", value)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "error: " in result.stderr
    assert sorted(project.iterdir()) == before


def test_words_after_two_dashes_are_no_options(run: Run, project: Path) -> None:
    result = run("plan", "--bogus", "--", "--json")
    assert (result.exit_code, result.stdout) == (1, "")


@pytest.mark.parametrize(
    ("error", "kind"), [(OSError(28, "full"), "ReconcilerError"), (ZeroDivisionError("x"), "UnexpectedError")]
)
def test_what_nobody_foresaw_is_a_document(
    error: Exception, kind: str, run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.cli.shared.project.find_problems", boom(error))
    result = run("validate", "--json")
    assert result.exit_code == 1
    assert told(result.stdout)["type"] == kind


def test_an_error_of_a_command_is_said_once(run: Run, project: Path, world: World) -> None:
    world.is_down = True
    assert told(run("plan", "--json").stdout)["type"] == "ServerUnreachable"


def test_results_have_a_format_version(run: Run, project: Path, world: World, tmp_path: Path) -> None:
    run("apply", "--yes")
    for words in (
        ("init", str(tmp_path / "new"), "--json"),
        ("state", "show", "pair/1/agent/one", "--json"),
        ("server", "status", "--name", "never-started", "--json"),
    ):
        assert json.loads(run(*words).stdout)["format_version"] == "1.0", words
