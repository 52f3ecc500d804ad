"""Who was removed by an apply stays away: no bot with an old roster brings the user back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import ReconcilerError
from reconciler.runtime.errors import UserLeft
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.runtime import team
from tests.runtime.conftest import Open

GIVEN = {"partner": "Ada"}
ROSTER = {"kind": "Users", "constellation": "team", "users": [{"id": "42"}, {"id": "7"}]}
WITHOUT = {"kind": "Users", "constellation": "team", "users": [{"id": "7"}]}
PRUNE = ("--prune", "--allow", "data-loss", "--yes")

End = Callable[[Project], None]


def prune(project: Project) -> None:
    project.write("users.yaml", WITHOUT)
    done = project.run("apply", str(project.root), *PRUNE)
    assert done.exit_code == 0, done.output


def destroy(project: Project) -> None:
    done = project.run("destroy", "team/42", "--manifests", str(project.root), "--yes")
    assert done.exit_code == 0, done.output


@pytest.fixture
def applied(project: Project) -> Project:
    """Two users of a document, applied."""
    project.write("users.yaml", ROSTER)
    project.apply()
    return project


@pytest.mark.parametrize("end", [prune, destroy])
def test_a_bot_of_before_does_not_bring_a_user_back(
    applied: Project, opened: Open, server: RawServer, end: End
) -> None:
    end(applied)
    before = server.everything()
    applied.write("users.yaml", ROSTER)
    with pytest.raises(UserLeft, match="team/42 left") as caught:
        opened("bot.db").provision("42", parameters=GIVEN)
    assert "--rejoin" in caught.value.hint
    assert server.everything() == before


def test_the_command_that_the_hint_names_works(applied: Project, server: RawServer) -> None:
    destroy(applied)
    command = ("provision", "42", "--constellation", "team", "--yes", "--manifests", str(applied.root))
    assert applied.run(*command).exit_code == 4
    assert applied.run(*command, "--rejoin").exit_code == 0
    assert {row["name"] for row in server.list("agents") if "_42_" in row["name"]}


def test_who_is_declared_anew_is_welcome(applied: Project, opened: Open) -> None:
    destroy(applied)
    applied.apply()
    assert opened("bot.db").provision_report("42", parameters=GIVEN).changes == 0


def test_who_never_was_there_is_welcome(applied: Project, opened: Open) -> None:
    destroy(applied)
    assert opened("bot.db").provision_report("9", parameters=GIVEN).changes


def test_a_user_who_was_renamed_did_not_leave(applied: Project, opened: Open) -> None:
    renamed: dict[str, Any] = {**team.constellation(), "moved": [{"from": "user/42", "to": "user/43"}]}
    users = {**ROSTER, "users": [{"id": "43"}, {"id": "7"}]}
    applied.write("all.yaml", {"kind": "Project", "name": "demo"}, renamed)
    applied.write("users.yaml", users)
    applied.apply()
    assert opened("bot.db").provision_report("43", parameters=GIVEN).changes == 0


def test_no_name_of_who_left_stands_on_the_server(applied: Project, server: RawServer) -> None:
    destroy(applied)
    assert not [row for row in server.records() if "team/42" in str(row)]


def test_the_error_ends_with_4() -> None:
    assert issubclass(UserLeft, ReconcilerError)
    assert UserLeft.exit_code == 4
