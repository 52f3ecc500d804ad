"""What gets smaller while something larger is there: the window of a model, the limit of a block."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.drifting import TEAM, helper_with, users
from tests.live.fleet import MODEL
from tests.live.project import Project, changed_paths
from tests.live.raw import RawServer

AGENT, HELPER, SMALL = "team/ada/agent/helper", "team_ada_helper", "letta/letta-free"
LARGE_WINDOW, SMALL_WINDOW = 128_000, 30_000
WINDOW = "context_window_limit"


def declare(project: Project, **fields: Any) -> None:
    project.write("team.yaml", helper_with(**fields), users())


def window(server: RawServer) -> int:
    return int(server.agent(HELPER)["llm_config"]["context_window"])


def by_hand(server: RawServer, tokens: int) -> None:
    body = {"model": MODEL, WINDOW: tokens}
    server.call("PATCH", f"/v1/agents/{server.agent(HELPER)['id']}", body)


@pytest.fixture
def made(project: Project, server: RawServer) -> Project:
    declare(project, model=MODEL)
    project.apply()
    assert window(server) == LARGE_WINDOW
    return project


def test_a_smaller_model_brings_its_own_window(made: Project, server: RawServer) -> None:
    declare(made, model=SMALL)
    assert changed_paths(made.plan()) == {AGENT: [WINDOW, "model"]}
    made.apply()
    assert window(server) == SMALL_WINDOW
    made.assert_settled()
    declare(made, model=MODEL)
    made.apply()
    assert window(server) == LARGE_WINDOW
    made.assert_settled()


def test_a_window_that_is_too_large_is_capped_and_said(made: Project, server: RawServer) -> None:
    by_hand(server, 50_000)
    declare(made, model=SMALL)
    assert "capped" in made.run("plan", str(made.root)).output
    made.apply()
    assert window(server) == SMALL_WINDOW
    made.assert_settled()


def test_a_window_that_fits_stays(made: Project, server: RawServer) -> None:
    by_hand(server, 9_000)
    declare(made, model=SMALL)
    assert changed_paths(made.plan()) == {AGENT: ["model"]}
    made.apply()
    assert window(server) == 9_000


@pytest.mark.parametrize("tokens", [9_000, 50_000])
def test_a_declared_window_is_what_the_manifest_says(made: Project, server: RawServer, tokens: int) -> None:
    declare(made, model=SMALL, context_window_limit=tokens)
    made.apply()
    assert window(server) == tokens
    made.assert_settled()


def test_a_window_that_is_dropped_with_the_model_is_capped(made: Project, server: RawServer) -> None:
    declare(made, model=MODEL, context_window_limit=50_000)
    made.apply()
    declare(made, model=SMALL)
    made.apply()
    assert window(server) == SMALL_WINDOW
    made.assert_settled()


def test_a_replaced_agent_has_the_window_of_its_new_model(made: Project, server: RawServer) -> None:
    declare(made, model=SMALL, agent_type="memgpt_v2_agent")
    made.apply("--force")
    assert window(server) == SMALL_WINDOW
    made.assert_settled()


def test_models_are_asked_for_only_when_one_changes(made: Project) -> None:
    before = made.plan()["requests"]["reads"]
    declare(made, model=MODEL, description="helps")
    assert made.plan()["requests"]["reads"] <= before + 1, "one for runs in flight"


def test_a_limit_below_what_was_learned_is_said_for_each_user(project: Project, server: RawServer) -> None:
    declare(project)
    project.write("team.yaml", helper_with(), users("ada", "bob", "eve"))
    project.apply()
    for user in ("ada", "bob"):
        persona = next(b for b in server.agent(f"team_{user}_helper")["blocks"] if b["label"] == "persona")
        server.call("PATCH", f"/v1/blocks/{persona['id']}", {"value": "x" * 150})
    blocks = {**TEAM["agents"]["helper"]["memory_blocks"]}
    blocks["persona"] = {**blocks["persona"], "limit": 100}
    project.write("team.yaml", helper_with(memory_blocks=blocks), users("ada", "bob", "eve"))
    said = project.plan()["diagnostics"]
    assert [each["address"] for each in said] == [
        f"team/{user}/agent/helper/block/persona" for user in ("ada", "bob")
    ]
    assert all("150" in each["summary"] and "100" in each["summary"] for each in said)
    project.apply()
    assert project.plan()["diagnostics"] == []
