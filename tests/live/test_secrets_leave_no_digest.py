"""Secrets are compared with what the server shows; nothing that depends on one is kept anywhere else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.live.drifting import agent, drift, team, users
from tests.live.project import Project
from tests.live.raw import RawServer

pytestmark = pytest.mark.server
HELPER = "team_ada_helper"
OLD_DIGEST = "5f1c0ffee123"


@pytest.fixture
def made(project: Project) -> Project:
    """One agent with a PIN, applied."""
    project.environ["PIN"] = "1234"
    project.write("team.yaml", declared(), users())
    project.apply()
    return project


def declared(**more: Any) -> dict[str, Any]:
    return team({"helper": agent(system="be kind", secrets={"PIN": {"secret_env": "PIN"}}, **more)})


def bookkeeping(server: RawServer) -> tuple[Any, ...]:
    """All we keep on the server, without the number of the last write."""
    helper = server.agent(HELPER)
    records = [json.loads(row["value"]) for row in server.records()]
    return (
        sorted(helper["tags"]),
        helper["metadata"],
        [{key: value for key, value in each.items() if key != "serial"} for each in records],
    )


def pin(server: RawServer) -> str:
    (secret,) = server.agent(HELPER)["secrets"]
    return str(secret["value"])


def test_nothing_we_keep_on_the_server_depends_on_the_value(made: Project, server: RawServer) -> None:
    before = bookkeeping(server)
    made.environ["PIN"] = "9876"
    made.apply()
    assert pin(server) == "9876"
    assert bookkeeping(server) == before


@pytest.mark.parametrize("machine", ["laptop", "clean runner"])
def test_every_machine_makes_the_same_plan(made: Project, server: RawServer, machine: str) -> None:
    if machine == "clean runner":
        made.cache.unlink()
    assert not made.plan()["changes"]
    made.environ["PIN"] = "9876"
    (change,) = made.plan()["changes"]
    (field,) = change["fields"]
    assert (field["path"], field["verdict"], field["effect"]) == ("secrets.PIN", "drift", "write")
    assert "1234" not in json.dumps(change)
    made.apply()
    assert pin(server) == "9876"
    assert not made.plan()["changes"]


def test_what_an_app_changed_is_drift_and_put_back(made: Project, server: RawServer) -> None:
    server.call("PATCH", f"/v1/agents/{server.agent(HELPER)['id']}", {"secrets": {"PIN": "0000"}})
    (found,) = drift(made, exit_code=2)["drift"]
    assert (found["address"], "secrets.PIN" in json.dumps(found)) == ("team/ada/agent/helper", True)
    assert "0000" not in json.dumps(found)
    made.apply()
    assert pin(server) == "1234"


def test_a_digest_of_an_older_release_is_taken_off_by_the_next_apply(
    made: Project, server: RawServer
) -> None:
    helper = server.agent(HELPER)
    metadata = helper["metadata"]
    metadata["letta-reconciler"]["base"] = {"secrets.PIN": OLD_DIGEST}
    server.call("PATCH", f"/v1/agents/{helper['id']}", {"metadata": metadata})
    assert OLD_DIGEST not in json.dumps(made.plan())
    made.apply()
    assert OLD_DIGEST not in json.dumps(server.agent(HELPER)["metadata"])
    assert pin(server) == "1234"
    assert not made.plan()["changes"]


def test_one_that_is_no_longer_declared_goes_with_a_digest_of_an_older_release(
    made: Project, server: RawServer
) -> None:
    helper = server.agent(HELPER)
    metadata = helper["metadata"]
    metadata["letta-reconciler"]["base"] = {"secrets.PIN": OLD_DIGEST}
    server.call("PATCH", f"/v1/agents/{helper['id']}", {"metadata": metadata})
    made.write("team.yaml", team({"helper": agent(system="be kind")}), users())
    made.apply()
    assert server.agent(HELPER)["secrets"] == []
    assert OLD_DIGEST not in json.dumps(server.agent(HELPER)["metadata"])
