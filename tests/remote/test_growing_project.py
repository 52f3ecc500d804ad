"""What another apply makes while a project is read is no contradiction of the server's lists."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import httpx
import pytest

from reconciler.errors import Refused
from reconciler.remote import Connection, Reader, connect
from reconciler.remote.marks.markers import KEY, agent_tags, metadata_entry
from reconciler.values import Address, Desired, Marker, Scope
from tests.simulated import SimulatedLetta

AGENTS, BLOCKS = "/v1/agents/", "/v1/blocks/"


class Growing:
    """A server on which somebody makes an agent with a block in the middle of each of the first reads: after
    the list of agents, before that of blocks."""

    def __init__(self, times: int, forgets: bool = False) -> None:
        self.server, self.times, self.forgets = SimulatedLetta(), times, forgets
        self.asked: Counter[str] = Counter()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """The answer."""
        path = request.url.path
        if request.method != "GET" or path not in (AGENTS, BLOCKS):
            return self.server(request)
        self.asked[path] += 1
        if path == BLOCKS:
            if self.asked[path] <= self.times:
                self.make(f"agent-{self.asked[path]}")
            return self.server(request)
        hidden = "agent-1" if self.forgets else f"agent-{self.asked[path]}"
        rows = [row for row in self.server(request).json() if row["name"] != hidden]
        return httpx.Response(200, json=rows, request=request)

    def make(self, name: str) -> None:
        """As an apply makes it."""
        mark = Marker("demo", Address.parse(f"team/{name}/agent/lead"))
        block = Marker("demo", Address(mark.address.owner, "block", "state", "lead"))
        held = self._post(BLOCKS, {"label": "state", "value": "calm", "tags": agent_tags(block)})
        marked = {"tags": agent_tags(mark), "metadata": {KEY: metadata_entry(mark)}}
        body = {"name": name, "model": "openai-proxy/gpt-4o-mini", "block_ids": [held["id"]], **marked}
        self._post(AGENTS, body)

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        url = f"http://127.0.0.1{path}"
        return self.server(httpx.Request("POST", url, content=json.dumps(body))).json()


def reader(server: Growing, monkeypatch: pytest.MonkeyPatch) -> Reader:
    client = httpx.Client(transport=httpx.MockTransport(server))
    monkeypatch.setattr("reconciler.remote.http.transport.own_client", lambda *_: client)
    return Reader(connect(Connection("http://127.0.0.1:1")), "demo")


@pytest.mark.parametrize("times", [1, 2, 4])
def test_lists_that_go_on_growing_are_read_until_they_hold_everything(
    times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Growing(times)
    live = reader(server, monkeypatch).read(Desired("demo"), Scope())
    assert sum(address.kind == "agent" for address in live.resources) == times
    assert server.asked[AGENTS] == times + 1


def test_a_list_that_goes_on_leaving_out_the_same_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Growing(1, forgets=True)
    with pytest.raises(Refused, match="contradict each other"):
        reader(server, monkeypatch).read(Desired("demo"), Scope())
    assert server.asked[AGENTS] == 2
