"""A program that runs on while somebody else changes or ends what it uses."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler import Constellations
from reconciler.runtime import NotThere, UserSet
from tests.live.project import Project
from tests.runtime import team
from tests.runtime.conftest import Open


@pytest.fixture
def ci(folder: Path, letta_url: str, tmp_path: Path) -> Project:
    """Another machine, whose manifests declare the user; an apply has made everything."""
    made = Project(folder, letta_url, tmp_path / "ci.db")
    made.write("users.yaml", {"kind": "Users", "constellation": "team", "users": [{"id": "42"}]})
    made.apply()
    return made


@pytest.fixture
def bot(ci: Project, opened: Open) -> Constellations:
    """A program that has talked to the group already."""
    del ci
    made = opened("bot.db")
    made.provision("42").group("circle").send("hello")
    return made


def shorten(ci: Project) -> None:
    """The round has fewer turns, in another order, from the next apply on."""
    template: dict[str, Any] = team.constellation()
    template["groups"]["circle"] |= {
        "manager": {"type": "round_robin", "max_turns": 2},
        "agents": ["right", "left"],
    }
    ci.write("all.yaml", {"kind": "Project", "name": "demo"}, template)
    ci.apply()


def speakers(user: UserSet) -> list[str]:
    return [message.speaker for message in user.group("circle").exchange("hello").messages]


def test_a_running_program_uses_the_group_of_now(bot: Constellations, ci: Project) -> None:
    assert speakers(bot.user("42")) == ["lead", "left", "right"]
    shorten(ci)
    assert speakers(bot.user("42")) == ["right", "left"]


def test_so_does_one_that_starts_again(bot: Constellations, ci: Project, opened: Open) -> None:
    bot.close()
    shorten(ci)
    assert speakers(opened("bot.db").user("42")) == ["right", "left"]


def test_so_does_one_with_older_manifests_that_asks_for_the_set_in_between(
    bot: Constellations, ci: Project, opened: Open
) -> None:
    older = opened("older.db")
    shorten(ci)
    assert speakers(older.user("42")) == ["right", "left"]
    assert speakers(older.provision("42")) == ["right", "left"]


def test_so_does_one_that_asks_for_the_set_again(bot: Constellations, ci: Project, opened: Open) -> None:
    bot.close()
    shorten(ci)
    assert speakers(opened("bot.db").provision("42")) == ["right", "left"]


def test_a_group_that_did_not_change_costs_one_look(bot: Constellations) -> None:
    speakers(bot.user("42"))
    reads, writes = bot.requests
    speakers(bot.user("42"))
    assert bot.requests == (reads + 1, writes + 3)


def test_a_group_taken_out_is_not_there(bot: Constellations, ci: Project) -> None:
    template: dict[str, Any] = team.constellation()
    del template["groups"]["circle"]
    ci.write("all.yaml", {"kind": "Project", "name": "demo"}, template)
    ci.run("apply", str(ci.root), "--yes", "--prune")
    with pytest.raises(NotThere, match="an apply deleted it") as caught:
        bot.user("42").group("circle").send("hello")
    assert "team/42/group/circle" in caught.value.summary


_USES: dict[str, Callable[[UserSet], object]] = {
    "agent.send": lambda user: user.agent("lead").send("hello"),
    "agent.stream": lambda user: list(user.agent("lead").stream("hello")),
    "agent.memory.read": lambda user: user.agent("lead").memory.block("persona").read(),
    "agent.memory.blocks": lambda user: user.agent("lead").memory.blocks(),
    "group.send": lambda user: user.group("circle").send("hello"),
    "group.exchange": lambda user: user.group("dream").exchange("hello"),
    "group.stream": lambda user: list(user.group("circle").stream("hello")),
    "block.read": lambda user: user.block("state").read(),
    "block.write": lambda user: user.block("state").write("busy"),
    "block.append": lambda user: user.block("state").append("busy"),
    "source.files": lambda user: user.source("notes").files(),
    "source.search": lambda user: user.source("notes").search("tea"),
    "source.add": lambda user: user.source("notes").add("tea is hot"),
}


def destroy(ci: Project) -> None:
    """The whole set ends."""
    ended = ci.run("destroy", "team/42", "--manifests", ci.root, "--yes", "--allow", "data-loss")
    assert ended.exit_code == 0, ended.output


def test_what_a_deleted_set_had_is_not_there(
    bot: Constellations, ci: Project, opened: Open, tmp_path: Path
) -> None:
    """Whatever is asked for first by a program whose cache knows everything."""
    bot.warm()
    bot.close()
    destroy(ci)
    answers = {}
    for name, use in _USES.items():
        shutil.copy(tmp_path / "bot.db", tmp_path / f"{name}.db")
        answers[name] = said_of(use, opened(f"{name}.db").user("42"))
    assert {name: each for name, each in answers.items() if "there is no team/42/" not in each} == {}


def said_of(use: Callable[[UserSet], object], user: UserSet) -> str:
    """What came of it: the answer, or why there is none."""
    try:
        return f"it answers {use(user)!r}"
    except NotThere as error:
        return error.summary


def test_nothing_of_a_deleted_set_is_listed(bot: Constellations, ci: Project) -> None:
    user = bot.user("42")
    assert len(user.agents()) == 3
    assert len(user.groups()) == 4
    destroy(ci)
    assert [*user.agents(), *user.groups(), *user.blocks(), *user.sources()] == []
    assert user.agent_cached("lead") is None
    assert user.group_cached("circle") is None
