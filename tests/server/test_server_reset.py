"""Reset empties a running server and keeps what the server made for itself."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError

import pytest

from reconciler.server import ServerError, ServerInstance
from reconciler.server.database import Database
from reconciler.server.environment import environment_at
from tests.server.rest import EMBEDDING, call, create_agent

TOOL = """
def shout(text: str) -> str:
    '''Shout.

    Args:
        text: what
    '''
    return text.upper()
"""


def listed(url: str, kind: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = call("GET", f"{url}/v1/{kind}/?limit=200")
    return found


def test_reset_removes_agents_blocks_folders_and_custom_tools(
    letta_server: ServerInstance, letta_url: str
) -> None:
    create_agent(letta_url, memory_blocks=[{"label": "human", "value": "x"}])
    call("POST", f"{letta_url}/v1/folders/", {"name": "papers", "embedding": EMBEDDING})
    call("POST", f"{letta_url}/v1/tools/", {"source_code": TOOL})
    letta_server.reset()
    for kind in ("agents", "blocks", "folders", "groups"):
        assert listed(letta_url, kind) == []
    assert "shout" not in {tool["name"] for tool in listed(letta_url, "tools")}


def test_reset_keeps_the_ids_of_builtin_tools(letta_server: ServerInstance, letta_url: str) -> None:
    before = {tool["name"]: tool["id"] for tool in listed(letta_url, "tools")}
    letta_server.reset()
    assert {tool["name"]: tool["id"] for tool in listed(letta_url, "tools")} == before
    assert "memory_replace" in before


def test_the_server_goes_on_working_after_a_reset(letta_server: ServerInstance, letta_url: str) -> None:
    pid = letta_server.status().pid
    letta_server.reset()
    create_agent(letta_url, name="after")
    assert [agent["name"] for agent in listed(letta_url, "agents")] == ["after"]
    assert letta_server.status().pid == pid


def test_reset_gives_back_the_space_of_much(letta_server: ServerInstance, letta_url: str) -> None:
    database = Database(letta_server.paths, environment_at(letta_server.paths.home))
    for number in range(5):
        value = secrets.token_hex(4_000_000)  # nothing that compression could make small
        call("POST", f"{letta_url}/v1/blocks/", {"label": f"much-{number}", "value": value})
    assert int(database.sql("select pg_total_relation_size('block')")) > 16_000_000
    letta_server.reset()
    assert listed(letta_url, "blocks") == []
    assert int(database.sql("select pg_total_relation_size('block')")) < 1_000_000


def test_reset_survives_requests_in_flight(letta_server: ServerInstance, letta_url: str) -> None:
    def create(number: int) -> None:
        try:
            create_agent(letta_url, name=f"agent-{number}", memory_blocks=[{"label": "a", "value": "b"}])
        except HTTPError as error:  # its rows went away in the middle: the server may well complain
            error.close()

    with ThreadPoolExecutor(6) as pool:
        running = [pool.submit(create, number) for number in range(24)]
        for _ in range(5):
            letta_server.reset()
        for one in running:
            one.result()
    letta_server.reset()
    assert listed(letta_url, "agents") == []
    assert listed(letta_url, "blocks") == []


def test_reset_of_a_stopped_instance_says_how_to_start_it() -> None:
    with pytest.raises(ServerError) as raised:
        ServerInstance("never-started").reset()
    assert "reconciler server up --name never-started" in str(raised.value)
