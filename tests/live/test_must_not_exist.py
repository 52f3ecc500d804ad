"""A private block whose ownership is `absent`: whatever bears its label comes off the agent alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.live import fleet
from tests.live.drifting import agent, drift, settled, team, users
from tests.live.project import Project, changed_paths
from tests.live.raw import RawServer

pytestmark = pytest.mark.server
HELPER = "team_ada_helper"
ADDRESS = "team/ada/agent/helper"
WITHOUT = {"memory_blocks": {"persona": {"value": "kind"}, "notes": {"ownership": "absent"}}}


def declare(project: Project, **fields: Any) -> None:
    project.write("team.yaml", team({"helper": agent(**fields)}), users())


def labels(server: RawServer, name: str = HELPER) -> set[str]:
    return {each["label"] for each in server.agent(name)["blocks"]}


def given(server: RawServer, *names: str) -> str:
    """A block of an app that hangs on these agents."""
    made = fleet.block(server, "notes", "of an app")
    for name in names:
        attach = f"/v1/agents/{server.agent(name)['id']}/core-memory/blocks/attach/{made}"
        server.call("PATCH", attach)
    return made


@pytest.mark.parametrize("is_first", [True, False])
def test_what_an_app_attached_comes_off_and_stays_with_others(
    project: Project, server: RawServer, is_first: bool
) -> None:
    declare(project, **({} if is_first else WITHOUT))
    project.apply()
    fleet.agent(server, "theirs")
    notes = given(server, HELPER, "theirs")
    declare(project, **WITHOUT)

    assert changed_paths(project.plan()) == {ADDRESS: ["blocks[notes]"]}
    assert len(drift(project, exit_code=2)["drift"]) == 1
    project.apply()

    assert labels(server) == {"persona"}
    assert labels(server, "theirs") == {"notes"}
    assert (server.block("notes")["id"], server.block("notes")["value"]) == (notes, "of an app")
    settled(project)


def test_a_block_of_ours_ends_and_what_was_learned_is_in_history(project: Project, server: RawServer) -> None:
    declare(project, memory_blocks={"persona": {"value": "kind"}, "notes": {"value": "seed"}})
    project.apply()
    server.call("PATCH", f"/v1/blocks/{server.block('notes')['id']}", {"value": "learned"})
    declare(project, **WITHOUT)

    project.apply()

    assert labels(server) == {"persona"}
    assert "notes" not in {each["label"] for each in server.list("blocks")}
    history = project.run("history", f"{ADDRESS}/block/notes", "--json", "--manifests", str(project.root))
    assert "learned" in json.dumps(json.loads(history.stdout))
    settled(project)


def test_an_agent_that_is_replaced_gets_none_of_it(project: Project, server: RawServer) -> None:
    declare(project, agent_type="letta_v1_agent")
    project.apply()
    notes = given(server, HELPER)
    declare(project, agent_type="memgpt_v2_agent", **WITHOUT)

    project.apply()

    assert labels(server) == {"persona"}
    assert server.block("notes")["id"] == notes
    settled(project)


def test_a_shared_block_may_take_its_label(project: Project, server: RawServer) -> None:
    declare(project, memory_blocks={"persona": {"value": "kind"}, "notes": {"value": "seed"}})
    project.apply()
    without = agent("notes", **WITHOUT)
    project.write("team.yaml", team({"helper": without}, blocks={"notes": {"value": "shared"}}), users())

    project.apply()

    assert labels(server) == {"persona", "notes"}
    assert server.block("notes")["value"] == "shared"
    settled(project)


def test_one_that_hangs_on_agents_of_two_users_comes_off_both(project: Project, server: RawServer) -> None:
    project.write("team.yaml", team({"helper": agent(**WITHOUT)}), users("ada", "bob"))
    project.apply()
    notes = given(server, HELPER, "team_bob_helper")

    assert set(changed_paths(project.plan())) == {ADDRESS, ADDRESS.replace("ada", "bob")}
    project.apply()

    assert labels(server) == labels(server, "team_bob_helper") == {"persona"}
    assert server.block("notes")["id"] == notes
    settled(project)
