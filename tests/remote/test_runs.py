"""Runs that only say they are in flight: named, and not waited for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconciler.remote.read.running_agents import Runs

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Server:
    """Answers with one run, and with what it said last."""

    def __init__(self, minutes: float, said: float | None = None, zone: str = "+00:00") -> None:
        self.minutes, self.said, self.zone = minutes, said, zone
        self.asked: list[str] = []

    def get(self, path: str, task: str, query: Any = ()) -> Any:
        self.asked.append(path)
        if path.endswith("/messages"):
            return [] if self.said is None else [{"id": "message-1", "date": self._ago(self.said)}]
        return [
            {"id": "run-1", "agent_id": "agent-1", "status": "created", "created_at": self._ago(self.minutes)}
        ]

    def _ago(self, minutes: float) -> str:
        return (NOW - timedelta(minutes=minutes)).isoformat().removesuffix("+00:00") + self.zone


@pytest.mark.parametrize(
    ("server", "is_running"),
    [
        pytest.param(Server(1), True, id="it has just begun"),
        pytest.param(Server(20), False, id="it never said anything"),
        pytest.param(Server(20, said=1), True, id="it is long, and goes on"),
        pytest.param(Server(20, said=12), False, id="it fell silent"),
        pytest.param(Server(20, zone=""), False, id="the server leaves out the zone"),
        pytest.param(Server(90, said=1), False, id="the server forgot it long ago"),
    ],
)
def test_a_run_without_progress_does_not_count(server: Server, is_running: bool) -> None:
    found = Runs(server, now=lambda: NOW).in_flight(["agent-1"])
    assert found.running == ({"agent-1"} if is_running else set())
    assert [(each.id, each.agent_id, each.status) for each in found.hanging] == (
        [] if is_running else [("run-1", "agent-1", "created")]
    )


def test_a_run_that_has_just_begun_costs_no_further_request() -> None:
    server = Server(1)
    Runs(server, now=lambda: NOW).in_flight(["agent-1"])
    assert server.asked == ["/v1/runs/"]


def test_runs_of_others_are_not_asked_after() -> None:
    server = Server(20)
    assert not Runs(server, now=lambda: NOW).in_flight(["agent-2"]).hanging
    assert server.asked == ["/v1/runs/"]
