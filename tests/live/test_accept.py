"""What a person accepted is silent, on every machine, until it moves again; nothing is written over."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.drifting import agent, team, users
from tests.live.project import Project
from tests.live.raw import RawServer

pytestmark = pytest.mark.server
STATE, RULES = "team/ada/block/state", "team/ada/block/rules"


def declared(state: str = "calm", rules: str = "one\ntwo\n") -> dict[str, Any]:
    merged = {"value": rules, "ownership": {"value": "merged"}}
    return team({"helper": agent("state", "rules")}, blocks={"state": {"value": state}, "rules": merged})


def learn(server: RawServer, label: str, value: str) -> None:
    (block,) = (each for each in server.list("blocks") if each["label"] == label)
    server.call("PATCH", f"/v1/blocks/{block['id']}", {"value": value})


def told(project: Project) -> dict[str, list[str]]:
    document = project.plan()
    return {key: [each["address"] for each in document[key]] for key in ("learned", "conflicts", "kept")}


@pytest.fixture
def made(project: Project) -> Project:
    project.write("team.yaml", declared(), users("ada"))
    project.apply()
    return project


@pytest.fixture
def apart(made: Project, server: RawServer) -> Project:
    """A seed and a merged text moved on both sides."""
    learn(server, "state", "wild")
    learn(server, "rules", "one\nTWO\n")
    made.write("team.yaml", declared("quiet", "one\nzwei\n"), users("ada"))
    assert told(made) == {"learned": [], "conflicts": [RULES, STATE], "kept": [RULES, STATE]}
    return made


def accept(project: Project, *selectors: str) -> None:
    said = project.run("accept", *selectors, "--manifests", str(project.root))
    assert said.exit_code == 0, said.output


def test_what_was_learned_is_silent_until_the_agent_changes_it_again(
    made: Project, server: RawServer
) -> None:
    learn(server, "state", "wild")
    assert told(made)["learned"] == [STATE]
    before = server.everything()

    accept(made, STATE)

    made.assert_settled()
    assert {key: rows for key, rows in server.everything().items() if rows != before[key]} == {}
    learn(server, "state", "wilder")
    assert told(made)["learned"] == [STATE]


def test_a_seed_that_moves_is_told_again(made: Project, server: RawServer) -> None:
    learn(server, "state", "wild")
    accept(made, STATE)
    made.write("team.yaml", declared("quiet"), users("ada"))
    assert told(made)["conflicts"] == [STATE]
    accept(made, STATE)
    made.apply()
    made.assert_settled()


def test_a_merged_conflict_counts_until_a_person_settles_it(apart: Project, server: RawServer) -> None:
    root = str(apart.root)
    assert apart.run("plan", root, "--detailed-exitcode").exit_code == 2
    assert apart.run("drift", root).exit_code == 2
    before = server.everything()

    accept(apart, RULES)

    assert told(apart)["conflicts"] == [STATE]  # a seed is for those who come: no reason to exit 2
    assert apart.run("plan", root, "--detailed-exitcode").exit_code == 0
    assert apart.run("drift", root).exit_code == 0
    accept(apart, "team/*/block/*")
    apart.assert_settled()
    assert server.everything() == before


def test_another_machine_and_a_rename_keep_what_was_settled(apart: Project) -> None:
    accept(apart, "team/*/block/*")
    for file in apart.cache.parent.glob("*"):
        if file.is_file():
            file.unlink()
    apart.assert_settled()
    apart.write(
        "team.yaml",
        declared("quiet", "one\nzwei\n"),
        {**users("eve"), "moved": [{"from": "user/ada", "to": "user/eve"}]},
    )
    assert not told(apart)["conflicts"]
    apart.apply()
    apart.assert_settled()


def test_an_apply_writes_nothing_over_it_and_other_changes_leave_it_settled(apart: Project) -> None:
    accept(apart, "team/*/block/*")
    later = declared("quiet", "one\nzwei\n")
    later["agents"]["helper"]["system"] = "be brief"
    apart.write("team.yaml", later, users("ada"))
    apart.apply()
    apart.assert_settled()


def test_nothing_to_settle_is_an_error(made: Project) -> None:
    for words in (["team/ada/block/state"], ["team/*/block/*"], ["team/ada/block/sate"]):
        said = made.run("accept", *words, "--manifests", str(made.root))
        assert said.exit_code == 1, said.output
        assert "chooses nothing" in said.output
