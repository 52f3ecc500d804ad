"""A change to an agent in the middle of a run waits, or is left for later and said."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.faults.proxy import Proxy, Sent
from tests.faults.reference import Reference

NAME = "pattern_42_flux"


@contextmanager
def slow_model() -> Iterator[tuple[str, threading.Event, threading.Event]]:
    """A model that says nothing until it is told to: its URL, asked, answer."""
    asked, answer = threading.Event(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.set()
            answer.wait(180)
            with suppress(OSError):
                self.send_error(500)

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", asked, answer
    finally:
        answer.set()
        server.shutdown()
        server.server_close()


@contextmanager
def talking(world: Reference) -> Iterator[threading.Event]:
    """The agent has a run in flight until the event is set; the run has ended after the block."""
    agent = world.raw.agent(NAME)
    with slow_model() as (url, asked, answer):
        config = {**agent["llm_config"], "model_endpoint": url}
        world.raw.call("PATCH", f"/v1/agents/{agent['id']}", {"llm_config": config})

        def talk() -> None:
            with suppress(OSError):
                message = {"role": "user", "content": "hello"}
                world.raw.call("POST", f"/v1/agents/{agent['id']}/messages", {"messages": [message]})

        thread = threading.Thread(target=talk)
        thread.start()
        assert asked.wait(60)
        yield answer
        answer.set()
        thread.join(60)


@pytest.fixture
def described(world: Reference) -> Reference:
    """Applied, and then described anew in the manifests."""
    assert world.apply().is_complete
    manifest = world.root / "constellation.yaml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace("description: Time sense; ", "description: Clocks; "), encoding="utf-8")
    return world


def test_it_is_left_for_later_and_done_by_the_next_apply(described: Reference) -> None:
    with talking(described):
        process = described.command("apply", str(described.root), "--yes", "--json")
        output, said = process.communicate(timeout=180)
        assert process.returncode == 3
        assert "have a run in flight" in said
        results = json.loads(output)["results"]
        assert "pattern/42/agent/flux" not in [result["address"] for result in results]
        assert described.raw.agent(NAME)["description"].startswith("Time sense")
    assert described.apply().is_complete
    assert described.raw.agent(NAME)["description"].startswith("Clocks")


def test_with_wait_it_is_done_once_the_run_has_ended(described: Reference, proxy: Proxy) -> None:
    looks = threading.Semaphore(0)

    def count(sent: Sent) -> None:
        if sent.path.startswith("/v1/runs/"):
            looks.release()

    proxy.arrived = count
    with talking(described) as answer:
        process = described.command("apply", str(described.root), "--yes", "--wait", url=proxy.url)
        for _ in range(2):  # the second look is after a first that saw the run
            assert looks.acquire(timeout=120)
        assert not [write for write in proxy.writes() if write.startswith("PATCH")]
        answer.set()
        _, said = process.communicate(timeout=180)
        assert process.returncode == 0, said
    assert described.raw.agent(NAME)["description"].startswith("Clocks")
