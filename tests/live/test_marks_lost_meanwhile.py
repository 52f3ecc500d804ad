"""An app takes a mark away in the middle of an apply: nothing is lost, and nothing is made twice.

The apply is paused before one of its writes, as the proxy between it and the server sees them. The tests
pause each way of losing a mark at one write, the soak at every write.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import yaml

from tests.faults.proxy import Fault, Proxy, Sent, proxying
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.live.test_lost_marks import TOOL, WAYS, assert_restored, declare, ids, of

pytestmark = pytest.mark.server
WRITES = 14
"""Of the apply in question; the test counts them."""
PAUSES = [
    pytest.param(way, at, marks=() if number % WRITES == at else pytest.mark.soak)
    for number, way in enumerate(WAYS)
    for at in range(WRITES)
]


@pytest.fixture
def proxy(letta_url: str) -> Iterator[Proxy]:
    with proxying(letta_url) as running:
        yield running


def change_everything(project: Project) -> None:
    """Manifests that have an apply write one of each kind."""
    documents = list(yaml.safe_load_all((project.root / "team.yaml").read_text(encoding="utf-8")))
    team = documents[0]
    team["blocks"]["state"]["description"] = "what goes on"
    team["sources"]["notes"]["description"] = "what was noted"
    team["groups"]["main"]["manager"]["max_turns"] = 7
    for agent in team["agents"].values():
        agent["system"] = "be brief"
        agent["memory_blocks"]["persona"]["description"] = "who I am"
    project.write("team.yaml", *documents)
    (project.root / "log_mood.py").write_text(TOOL.replace("return mood", "return mood + '.'"), "utf-8")


@pytest.mark.parametrize(("way", "at"), PAUSES)
def test_a_mark_that_goes_during_an_apply_is_restored_by_the_next(
    project: Project, server: RawServer, proxy: Proxy, way: str, at: int
) -> None:
    declare(project)
    project.apply()
    known = of(server)
    server.call("PATCH", f"/v1/blocks/{known['block']}", {"value": "busy"})
    before = ids(server)
    change_everything(project)
    writes: list[str] = []

    def pause(sent: Sent) -> Fault | None:
        if sent.is_write:
            if len(writes) == at:
                WAYS[way](server, known)
            writes.append(sent.label)
        return None

    proxy.rule = pause
    watched = replace(project, url=proxy.url)
    watched.run("apply", str(project.root), "--yes", "--parallel", "1")

    assert len(writes) == WRITES, writes
    project.apply()
    assert_restored(project, server, before)
