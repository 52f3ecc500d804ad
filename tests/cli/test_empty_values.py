"""An empty value, most often of a variable that is not set, never means the default or everybody."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

from reconciler import Constellations, ReconcilerError
from reconciler.cli.commands import COMMANDS
from reconciler.cli.shared.strict import StrictCommand

from .conftest import Run, World

SELECTORS = ("", " ", "/", "pair/", "/pair", "pair//", "pair//agent/one", "pair/ /agent", "pair/1/", "//")


@pytest.fixture(autouse=True)
def two_users(project: Path, world: World, run: Run) -> World:
    """Both users have their sets."""
    del project
    assert run("apply", "--yes").exit_code == 0
    world.written.clear()
    return world


@pytest.mark.parametrize("selector", SELECTORS)
@pytest.mark.parametrize(
    "command",
    [
        ("destroy", "--yes"),
        ("state", "forget", "--yes"),
        ("state", "list"),
        ("export",),
        ("export", "--learned"),
        ("apply", "--yes", "--reseed"),
        ("apply", "--yes", "--exclude"),
        ("apply", "--yes", "--prune", "--target"),
        ("plan", "--target"),
        ("drift", "--exclude"),
        ("render", "--target"),
    ],
    ids=" ".join,
)
def test_an_empty_segment_is_a_usage_error(
    command: tuple[str, ...], selector: str, run: Run, world: World
) -> None:
    result = run(*command, selector)
    assert result.exit_code == 1
    assert "is a variable not set?" in result.stderr
    assert not world.written
    assert len(world.live) == 4


@pytest.mark.parametrize(
    "words",
    [
        ("apply", "--yes", "--user", ""),
        ("apply", "--yes", "--user", " "),
        ("apply", "--yes", "--user="),
        ("apply", "--yes", "--user", "1", "--user", ""),
        ("apply", "--yes", "--project", ""),
        ("apply", "--yes", "--url", ""),
        ("apply", "--yes", "--cache", ""),
        ("apply", "--yes", "--state", ""),
        ("apply", "--yes", "--root", ""),
        ("apply", "--yes", "--api-key-env", ""),
        ("apply", "--yes", "--json-into", ""),
        ("apply", "--yes", ""),
        ("plan", ""),
        ("plan", "-o", ""),
        ("plan", "--markdown", ""),
        ("plan", "--shard", ""),
        ("drift", "--baseline", ""),
        ("validate", ""),
        ("validate", ".", ""),
        ("render", ""),
        ("init", ""),
        ("doctor", ""),
        ("schema", "-o", ""),
        ("provision", "", "--yes"),
        ("provision", "7", "--constellation", "", "--yes"),
        ("provision", "7", "--manifests", "", "--yes"),
        ("destroy", "pair/1", "--manifests", "", "--yes"),
        ("mcp", "--user", ""),
        ("message", "", "hello"),
        ("history", ""),
        ("restore", "", "--yes"),
        ("export", "-o", ""),
        ("export", "--agent", ""),
        ("adopt", ""),
        ("unlock", "--manifests", ""),
        ("state", "show", ""),
        ("server", "up", "--name", ""),
    ],
    ids=" ".join,
)
def test_an_empty_value_is_a_usage_error(words: tuple[str, ...], run: Run, world: World) -> None:
    result = run(*words)
    assert result.exit_code == 1
    assert "nothing is given; is a variable not set?" in result.stderr
    assert "--help" in result.stderr
    assert not world.written


@pytest.mark.parametrize(
    "variable",
    ["RECONCILER_PROJECT", "LETTA_BASE_URL", "RECONCILER_SHARD", "RECONCILER_CACHE", "RECONCILER_STATE"],
)
def test_an_empty_variable_of_the_environment_is_a_usage_error(
    variable: str, run: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "")
    result = run("apply", "--yes")
    assert result.exit_code == 1
    assert f"unset {variable}" in result.stderr
    assert not world.written


def test_a_flag_wins_over_an_empty_variable(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONCILER_PROJECT", "")
    assert run("plan", "--project", "demo").exit_code == 0


def test_a_key_may_be_empty(run: Run, monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """CI passes a secret that is not there as an empty variable."""
    monkeypatch.setenv("LETTA_API_KEY", "")
    assert run("plan").exit_code == 0
    assert world.connection.api_key is None


def test_the_value_of_a_parameter_may_be_empty() -> None:
    from reconciler.cli.provision import _parsed

    assert _parsed(("nick=",)) == {"nick": ""}


@pytest.mark.parametrize(
    "command",
    [("destroy", "--yes"), ("state", "forget", "--yes"), ("apply", "--yes", "--reseed")],
    ids=" ".join,
)
def test_more_than_one_set_is_only_chosen_by_a_glob(command: tuple[str, ...], run: Run, world: World) -> None:
    result = run(*command, "pair")
    assert result.exit_code == 1
    assert "'pair' is every user's set; name one, or write 'pair/*' for all" in result.stderr
    assert not world.written


def test_a_glob_chooses_several_sets(run: Run, world: World) -> None:
    assert run("destroy", "pair/*", "--yes").exit_code == 0
    assert not world.live


@pytest.mark.parametrize("argument", ["base_url", "project", "state"])
def test_a_program_gives_no_empty_value_either(argument: str, project: Path) -> None:
    with pytest.raises(ReconcilerError, match=f"{argument} is empty"):
        Constellations(project, cache=False, **{argument: ""})


def test_a_program_opens_no_set_of_nobody(project: Path) -> None:
    with (
        Constellations(project, base_url="http://127.0.0.1:9", cache=False) as opened,
        pytest.raises(ReconcilerError, match="the id is empty"),
    ):
        opened.user("")


def test_a_program_gives_a_user_as_text(project: Path) -> None:
    with (
        Constellations(project, base_url="http://127.0.0.1:9", cache=False) as opened,
        pytest.raises(ReconcilerError, match="is text, not int"),
    ):
        opened.provision(42)  # type: ignore[arg-type]


def every_command() -> Iterator[click.Command]:
    pending: list[click.Command] = []
    for entry in COMMANDS.values():
        module, _, attribute = entry.target.partition(":")
        pending.append(getattr(import_module(module), attribute))
    while pending:
        command = pending.pop()
        if isinstance(command, click.Group):
            pending += command.commands.values()
        else:
            yield command


def test_every_command_is_strict() -> None:
    assert [command.name for command in every_command() if not isinstance(command, StrictCommand)] == []
