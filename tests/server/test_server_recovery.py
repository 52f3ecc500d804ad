"""`up` may be called at any time and mends what a kill left behind."""

from __future__ import annotations

import os
import signal
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from reconciler.server import ServerInstance, Step
from reconciler.server.process import read_pid, wait_until
from tests.server.rest import call, create_agent, say


def kill(pid: int | None) -> None:
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def test_up_on_a_running_instance_changes_nothing(letta_server: ServerInstance, letta_url: str) -> None:
    before = letta_server.status()
    steps: list[Step] = []
    assert letta_server.up(progress=lambda step, _text: steps.append(step)) == letta_url
    assert letta_server.status() == before
    assert steps == []


def test_up_twice_at_once_starts_one_server(letta_server: ServerInstance, letta_url: str) -> None:
    kill(letta_server.letta.pid())
    with ThreadPoolExecutor(2) as pool:
        urls = list(pool.map(lambda _: ServerInstance(letta_server.paths.name).up(), range(2)))
    assert urls == [letta_url, letta_url]
    assert letta_server.status().running


def test_data_survives_a_killed_database(letta_server: ServerInstance, letta_url: str) -> None:
    create_agent(letta_url, name="survivor")
    server = letta_server.letta.pid()
    kill(read_pid(letta_server.paths.pgdata / "postmaster.pid"))
    assert wait_until(lambda: not letta_server.status().running, 60)
    assert letta_server.up() == letta_url
    assert [agent["name"] for agent in call("GET", f"{letta_url}/v1/agents/")] == ["survivor"]
    assert letta_server.letta.pid() == server


def test_a_pid_file_that_names_a_stranger_is_not_believed(
    letta_server: ServerInstance, letta_url: str
) -> None:
    postmaster = letta_server.paths.pgdata / "postmaster.pid"
    pid = read_pid(postmaster)
    stale = postmaster.read_text().split("\n", 1)[1]
    kill(pid)
    assert wait_until(lambda: not letta_server.status().running, 60)
    postmaster.write_text(f"{os.getpid()}\n{stale}")
    assert letta_server.up() == letta_url
    assert call("GET", f"{letta_url}/v1/agents/") == []


def test_a_killed_stub_model_comes_back_on_its_port(letta_server: ServerInstance, letta_url: str) -> None:
    agent = create_agent(letta_url)["id"]
    before = letta_server.status()
    kill(letta_server.stub.pid())
    assert wait_until(lambda: letta_server.status().stub_model_url is None, 60)
    letta_server.up()
    assert letta_server.status() == before
    assert say(letta_url, agent, "hello")[-1]["content"] == "STUB answer to: hello"


@pytest.mark.parametrize("content", ["", "not a number\n", "1\n"])
def test_a_damaged_pid_file_is_no_running_server(letta_server: ServerInstance, content: str) -> None:
    own = letta_server.paths.pid_file("server")
    kept = own.read_text()
    own.write_text(content)
    try:
        assert not letta_server.status().running
    finally:
        own.write_text(kept)
    assert letta_server.status().running


def test_a_stub_model_on_a_new_port_still_serves_old_agents(
    letta_server: ServerInstance, letta_url: str
) -> None:
    agent = create_agent(letta_url)["id"]
    url = letta_server.status().stub_model_url
    assert url is not None
    port = int(url.split(":")[2].split("/")[0])
    letta_server.stub.stop()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        assert letta_server.up() == letta_url
    assert letta_server.status().stub_model_url != url
    assert say(letta_url, agent, "hello")[-1]["content"] == "STUB answer to: hello"
    assert say(letta_url, create_agent(letta_url)["id"], "new")[-1]["content"] == "STUB answer to: new"
