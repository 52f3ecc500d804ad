"""A message whose answer was lost is never sent again, and answered when it did arrive."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler import Constellations, Kind
from reconciler.errors import ServerUnreachable, UnknownOutcome
from reconciler.remote.talk.messages import Messages
from reconciler.remote.talk.said import UserMessage
from reconciler.runtime.send import Patience, Talk
from tests.faults.proxy import Sent, proxying
from tests.live.raw import RawServer
from tests.remote.fakes import transport_over
from tests.runtime.test_async import SLOW

AGENT = "agent-1"
ANSWER = {"message_type": "assistant_message", "content": "hi", "run_id": "run-1", "id": "message-2"}


def run(number: int, status: str = "completed") -> dict[str, str]:
    return {"id": f"run-{number}", "status": status}


class Server:
    """Counts messages; loses the answer to each. `runs` are newest first, as they look later and later."""

    def __init__(
        self,
        *,
        arrives: bool,
        error: type[httpx.HTTPError] = httpx.ReadError,
        ends_between_looks: bool = False,
        runs: Sequence[list[dict[str, str]]] = ([run(1)],),
    ) -> None:
        self.sent: list[dict[str, Any]] = []
        self.arrives = arrives
        self.is_answered = not ends_between_looks
        self.runs = list(runs)
        self.error = error

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.sent.append(httpx.Response(200, content=request.content).json()["messages"][0])
            raise self.error("lost")
        if request.url.path == "/v1/runs/":
            shown = self.runs.pop(0) if len(self.runs) > 1 else self.runs[0]
            self.is_answered |= run(1) in shown
            limit = int(request.url.params.get("limit", 100))
            return httpx.Response(200, json=shown[:limit])
        mine = {"message_type": "user_message", "otid": self.sent[0]["otid"], "run_id": "run-1", "id": "m-1"}
        rows = [mine, *([ANSWER] if self.is_answered else [])] if self.arrives else []
        return httpx.Response(200, json=[{"date": str(i), **row} for i, row in enumerate(rows)])


@pytest.fixture
def ticks() -> Iterator[float]:
    """A clock that passes a second whenever it is read."""
    return iter(range(1000))


@contextmanager
def talk_over(server: Server, ticks: Iterator[float]) -> Iterator[Talk]:
    patience = Patience(3.0, sleep=lambda _: None, clock=lambda: next(ticks))
    with transport_over(server) as transport:
        yield Talk(Messages(transport), patience)


def test_a_message_that_arrived_is_answered_from_what_the_agent_said(ticks: Iterator[float]) -> None:
    server = Server(arrives=True)
    with talk_over(server, ticks) as talk:
        exchange = talk.exchange(AGENT, "lead", UserMessage("hello"))
    assert (exchange.text, exchange.was_recovered, len(server.sent)) == ("hi", True, 1)


def test_an_answer_that_ends_while_it_is_looked_at_is_read_to_its_end(ticks: Iterator[float]) -> None:
    server = Server(arrives=True, ends_between_looks=True)
    with talk_over(server, ticks) as talk:
        exchange = talk.exchange(AGENT, "lead", UserMessage("hello"))
    assert (exchange.text, exchange.stop_reason) == ("hi", "end_turn")


@pytest.mark.parametrize(
    "runs",
    [
        ([run(2), run(1, "running")], [run(2), run(1)]),
        ([run(2, "running"), run(1)],),
    ],
    ids=["a later one ends first", "a later one goes on"],
)
def test_a_run_of_somebody_else_does_not_matter(
    ticks: Iterator[float], runs: Sequence[list[dict[str, str]]]
) -> None:
    server = Server(arrives=True, ends_between_looks=True, runs=runs)
    with talk_over(server, ticks) as talk:
        exchange = talk.exchange(AGENT, "lead", UserMessage("hello"))
    assert (exchange.text, exchange.stop_reason) == ("hi", "end_turn")


def test_what_was_thought_comes_before_what_was_said() -> None:
    """Both are one message with one date; the server shows the oldest first, also of the latest."""
    said = {"id": "message-2", "otid": "o-2", "run_id": "run-1", "date": "2026-01-02T12:00:01"}
    rows = [
        {**said, "id": "message-1", "otid": "o-1", "message_type": "user_message"},
        {**said, "message_type": "reasoning_message"},
        {**said, "message_type": "assistant_message"},
    ]
    with transport_over(lambda request: httpx.Response(200, json=rows)) as transport:
        found = Messages(transport).received(AGENT, "o-1")
    assert [row["message_type"].partition("_")[0] for row in found] == ["user", "reasoning", "assistant"]


def test_of_a_message_that_was_not_seen_nobody_can_say(ticks: Iterator[float]) -> None:
    server = Server(arrives=False)
    with talk_over(server, ticks) as talk, pytest.raises(UnknownOutcome, match="not received") as caught:
        talk.exchange(AGENT, "lead", UserMessage("hello"))
    assert len(server.sent) == 1
    assert server.sent[0]["otid"] in caught.value.hint


def test_a_message_that_never_left_is_sent_again(ticks: Iterator[float]) -> None:
    server = Server(arrives=False, error=httpx.ConnectError)
    with talk_over(server, ticks) as talk, pytest.raises(ServerUnreachable):
        talk.exchange(AGENT, "lead", UserMessage("hello"))
    assert len(server.sent) > 1
    assert len({message["otid"] for message in server.sent}) == 1


def test_a_stream_that_is_cancelled_before_it_begins_sends_nothing(ticks: Iterator[float]) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={})

    with transport_over(answer) as transport:
        talk = Talk(Messages(transport), Patience(3.0, sleep=lambda _: None, clock=lambda: next(ticks)))
        stream = talk.stream(lambda: AGENT, "lead", UserMessage("hello"))
        stream.cancel()
        assert list(stream) == []
    assert (asked, stream.exchange.stop_reason) == ([], "cancelled")


def test_a_stream_that_is_cancelled_before_the_server_began_is_stopped_later(
    ticks: Iterator[float],
) -> None:
    told: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/cancel"):
            told.append(409 if not told else 200)
            return httpx.Response(told[-1], json={"detail": "No active runs"})
        stream.cancel()
        said = 'data: {"message_type": "assistant_message", "content": "hi", "id": "message-1"}\n\n'
        return httpx.Response(200, text=said * 2, headers={"content-type": "text/event-stream"})

    with transport_over(answer) as transport:
        talk = Talk(Messages(transport), Patience(3.0, sleep=lambda _: None, clock=lambda: next(ticks)))
        stream = talk.stream(lambda: AGENT, "lead", UserMessage("hello"), timeout=900)
        assert len(list(stream)) == 1
    assert told == [409, 200]


def test_an_answer_that_takes_too_long_is_fetched_from_the_real_agent(
    server: RawServer, folder: Path, tmp_path: Path
) -> None:
    """The transport gives up, the server goes on, the answer is read from the agent's messages."""
    tool, go = server.call("POST", "/v1/tools/", {"source_code": SLOW}), tmp_path / "go"

    def end_when_looked_for(sent: Sent) -> None:
        if not sent.is_write and "/messages" in sent.path:
            go.touch()

    with (
        proxying(server.url) as proxy,  # it keeps the server from seeing who gave up
        Constellations(
            folder, base_url=proxy.url, cache=tmp_path / "c.db", patience=Patience(120)
        ) as constellations,
    ):
        agent = constellations.provision("42", parameters={"partner": "Ada"}).agent("lead")
        server.call("PATCH", f"/v1/agents/{agent.id}/tools/attach/{tool['id']}")
        proxy.arrived = end_when_looked_for
        exchange = agent.exchange(f"CALL:slow:{json.dumps({'file': str(go)})}", timeout=-4.0)
    assert exchange.was_recovered
    assert exchange.text.startswith("STUB: done")
    kinds = [each.kind for each in exchange.messages]
    assert kinds == [Kind.TOOL_CALL, Kind.TOOL_RETURN, Kind.ASSISTANT]
    rows = server.call("GET", f"/v1/agents/{agent.id}/messages?limit=100")
    assert sum(row["message_type"] == "user_message" for row in rows) == 1
