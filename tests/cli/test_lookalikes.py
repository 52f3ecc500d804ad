"""Users who only look different are told by every command that reads them: one line, which -v unfolds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.simulated import SimulatedLetta

from .conftest import Run, World

LINE = "users of constellation 'pair': 'ada' and 'Ada' are two, but look like one"
COMMANDS = [
    ("plan",),
    ("apply", "--yes"),
    ("drift",),
    ("render",),
    ("adopt", "--match-names", "--dry-run"),
    ("export", "--learned"),
]


def declare(project: Path, *users: str) -> None:
    text = (project / "all.yaml").read_text(encoding="utf-8")
    rows = ", ".join(f'{{id: "{user}"}}' for user in users)
    (project / "all.yaml").write_text(text.replace('{id: "1"}, {id: "2"}', rows), encoding="utf-8")


def told(stderr: str) -> list[str]:
    return [row for row in stderr.splitlines() if "look like one" in row]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_tells_them_in_one_line(
    words: tuple[str, ...], run: Run, project: Path, world: World
) -> None:
    declare(project, "ada", "Ada", "ben", "\uff21da", "Ben")
    (row,) = told(run(*words).stderr)
    assert LINE in row
    assert "and 2 more warnings about users" in row
    assert "differ only in case" in run(*words, "-v").stderr
    assert told(run(*words, "-q").stderr) == []


def test_nothing_to_do_is_still_five_lines(run: Run, project: Path, world: World) -> None:
    declare(project, "ada", "Ada")
    run("apply", "--yes")
    result = run("plan")
    assert LINE in result.stderr
    assert len([row for row in (result.stdout + result.stderr).splitlines() if row]) <= 5


@pytest.mark.parametrize(("user", "is_told"), [("Ada", True), ("ada", True), ("ben", False)])
def test_a_run_about_one_user_tells_of_this_one(
    user: str, is_told: bool, run: Run, project: Path, world: World
) -> None:
    declare(project, "ada", "Ada", "ben", "cy", "CY")
    said = told(run("plan", "--user", user).stderr)
    assert [LINE in row for row in said] == [True] * is_told


@pytest.mark.parametrize(("user", "is_told"), [("Ada", True), ("ada", False), ("dee", False)])
def test_a_user_who_is_provisioned_is_held_against_those_declared(
    user: str, is_told: bool, run: Run, project: Path, simulated: SimulatedLetta
) -> None:
    declare(project, "ada", "ben")
    result = run("provision", user, "--constellation", "pair", "--yes", "--json")
    (made,) = json.loads(result.stdout)["users"]
    assert made["warnings"] == [LINE] * is_told
    assert told(result.stderr) == [f"warning: {LINE}"] * is_told


def test_validate_shows_each_with_its_place(run: Run, project: Path) -> None:
    declare(project, "ada", "Ada", "ADA")
    assert run("validate").stderr.count("are two, but look like one") == 2
