"""Programs with manifests of another age or settings than the last apply: they complete, and fight nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler import Constellations
from reconciler.runtime import NotThere
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.runtime import team

pytestmark = pytest.mark.server
Bot = Callable[..., Constellations]
USERS = {"kind": "Users", "constellation": "team", "users": [{"id": "42", "parameters": {"partner": "Ada"}}]}
PROJECT = {"kind": "Project", "name": "demo"}


@pytest.fixture
def bot(letta_url: str, tmp_path: Path) -> Iterator[Bot]:
    """A program on a machine of its own, with manifests of its own; `documents` beside the project."""
    opened: list[Constellations] = []

    def start(*documents: dict[str, Any]) -> Constellations:
        root = tmp_path / f"bot{len(opened)}"
        root.mkdir()
        Project(root, letta_url, root / "cache.db").write("all.yaml", PROJECT, *documents)
        one = Constellations(root, base_url=letta_url, cache=tmp_path / f"bot{len(opened)}.db")
        opened.append(one)
        return one

    yield start
    for one in opened:
        one.close()


def template(**left: Any) -> dict[str, Any]:
    """The team, with something else about one agent."""
    made = team.constellation()
    made["agents"]["left"].update(left)
    return made


def renamed() -> dict[str, Any]:
    """The team after `left` became `west`."""
    made = team.constellation()
    made["agents"]["west"] = made["agents"].pop("left")
    for group in made["groups"].values():
        group["agents"] = ["west" if each == "left" else each for each in group["agents"]]
    made["moved"] = [{"from": "agent/left", "to": "agent/west"}]
    return made


@pytest.mark.parametrize("declared", [True, False])
def test_what_an_apply_wrote_no_program_sets_back(
    project: Project, server: RawServer, bot: Bot, declared: bool
) -> None:
    users = [USERS] if declared else []
    if not declared:
        bot(template()).provision("42", parameters={"partner": "Ada"})
    project.write("all.yaml", PROJECT, template(system="be blunt"), *users)
    project.apply()
    before = server.everything()

    made = bot(template(system="be long"), *users).provision_report("42", parameters={"partner": "Ada"})

    assert made.differs_from_last_apply
    assert (made.changes, made.writes) == (0, 0)
    assert server.everything() == before
    assert not project.plan()["changes"]


def test_a_program_makes_again_what_the_server_lost(project: Project, server: RawServer, bot: Bot) -> None:
    project.write("all.yaml", PROJECT, template(), USERS)
    project.apply()
    server.call("DELETE", f"/v1/agents/{server.agent('team_42_left')['id']}")

    made = bot(template(), USERS).provision_report("42")

    assert made.changes
    assert server.agent("team_42_left")
    assert not project.plan()["changes"]


def test_nothing_is_made_under_a_name_that_an_apply_took_away(
    project: Project, server: RawServer, bot: Bot
) -> None:
    project.write("all.yaml", PROJECT, team.constellation(), USERS)
    project.apply()
    project.write("all.yaml", PROJECT, renamed(), USERS)
    project.apply()
    before = server.everything()
    old = bot(team.constellation(), USERS)

    user = old.provision("42")

    assert server.everything() == before
    with pytest.raises(NotThere, match="is called team/42/agent/west"):
        _ = user.agent("left").id


def test_two_programs_of_different_age_settle_on_the_later_in_any_order(
    project: Project, server: RawServer, bot: Bot
) -> None:
    older, later = template(), template(system="be blunt")
    bot(older).provision("42")
    assert bot(later).provision_report("42").changes

    for documents in (older, later, older, later):
        made = bot(documents).provision_report("42")
        assert made.writes == 0
        assert made.differs_from_last_apply is (documents is older)

    assert server.agent("team_42_left")["system"] == "be blunt"


def test_equal_parameters_of_a_declared_user_are_fine_and_others_are_overruled(
    project: Project, server: RawServer, bot: Bot
) -> None:
    project.write("all.yaml", PROJECT, team.constellation(), USERS)
    project.apply()
    same = bot(team.constellation(), USERS).provision_report("42", parameters={"partner": "Ada"})
    other = bot(team.constellation(), USERS).provision_report("42", parameters={"partner": "Eve"})
    assert (same.warnings, same.writes) == ((), 0)
    assert "those of the document count" in other.warnings[0]
    assert server.block("human")["value"] == "Ada"
