"""What is awaited is told as it goes on, and a run never waits for longer than it may; nobody sleeps here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest

from reconciler.errors import LockHeld, NotFound, RemoteError, TimedOut, UnknownOutcome
from reconciler.lock import Lock, LockTerms, Signature
from reconciler.lock.on_server import OnServer, server_lock
from reconciler.remote import Connection, RetryPolicy, Transport, connect
from reconciler.remote.http.retry import Safety
from reconciler.remote.http.transport import Request
from reconciler.waits import GRACE, Awaited, Wait, Waits
from tests.remote.fakes import Script
from tests.simulated import SimulatedLetta

READ = Request("GET", "/v1/agents/", "list the agents", Safety.READ)
PATCH = Request("PATCH", "/v1/agents/a", "update the agent", body={"name": "x"})
CREATE = Request("POST", "/v1/agents/", "create the agent", Safety.CREATE, body={"name": "x"})
OK = httpx.Response(200, json={"id": "agent-1"})
BUSY = httpx.Response(503, json={"detail": "Service unavailable"})
BRIEF = 0.05
"""Seconds of the clock on the wall, for what only that can show."""


class Clock:
    """Passes when somebody sleeps, and by so many seconds at each answer."""

    def __init__(self, of_an_answer: float = 0.0) -> None:
        self.now = 100.0
        self.of_an_answer = of_an_answer

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Told:
    """Every picture of what is awaited, one after the other."""

    def __init__(self) -> None:
        self.pictures: list[tuple[Wait, ...]] = []

    def __call__(self, waits: tuple[Wait, ...]) -> None:
        self.pictures.append(waits)

    @property
    def texts(self) -> list[list[str]]:
        return [[f"{each.what}|{each.attempt}|{each.trouble}" for each in waits] for waits in self.pictures]


@contextmanager
def talking(
    handler: Callable[[httpx.Request], httpx.Response], clock: Clock, waits: Waits
) -> Iterator[Transport]:
    def answer(request: httpx.Request) -> httpx.Response:
        clock.now += clock.of_an_answer
        return handler(request)

    client = httpx.Client(transport=httpx.MockTransport(answer))
    policy = RetryPolicy(sleep=clock.sleep, jitter=lambda: 1.0)
    transport = connect(Connection("http://127.0.0.1:1"), client, policy=policy, waits=waits)
    yield transport
    transport.close()


def test_each_attempt_is_told_with_what_the_one_before_came_to() -> None:
    clock, told = Clock(), Told()
    with talking(Script(BUSY, httpx.ReadTimeout, OK), clock, Waits(observer=told, clock=clock)) as transport:
        transport.send(READ)
    assert told.texts == [
        ["list the agents|1|"],
        ["list the agents|2|status 503: Service unavailable"],
        ["list the agents|3|timed out"],
        [],
    ]
    assert {wait.began for waits in told.pictures for wait in waits} == {100.0}


def test_what_is_awaited_at_once_is_told_oldest_first() -> None:
    told = Told()
    waits = Waits(observer=told)
    with waits.waiting("one"), waits.waiting("two") as two:
        two.turns_to("three")
    assert [[each.what for each in picture] for picture in told.pictures] == [
        ["one"],
        ["one", "two"],
        ["one", "three"],
        ["one"],
        [],
    ]


def test_a_sign_of_life_is_neither_told_nor_counted() -> None:
    clock, told = Clock(of_an_answer=500.0), Told()
    waits = Waits(5.0, told, clock)
    with talking(Script(OK), clock, waits) as transport:
        transport.send(Request("PATCH", "/v1/folders/a", "keep the lock", awaited=Awaited.BY_NOBODY))
    assert (told.pictures, waits.left) == ([], 5.0)


@pytest.mark.parametrize("seconds", [0.3, 1.0, 7.0, 40.0])
@pytest.mark.parametrize("fault", [BUSY, httpx.ReadTimeout, httpx.Response(429, json={})])
def test_a_run_waits_exactly_as_long_as_it_may(
    seconds: float, fault: httpx.Response | type[Exception]
) -> None:
    clock = Clock()
    waits = Waits(seconds, clock=clock)
    with talking(Script(fault), clock, waits) as transport:
        while not waits.is_spent:
            with pytest.raises(RemoteError) as caught:
                transport.send(READ)
    assert isinstance(caught.value, TimedOut)
    assert clock.now == pytest.approx(100.0 + seconds)
    assert "list the agents, attempt" in caught.value.summary
    assert f"after {seconds:g} s of waiting" in caught.value.summary


def test_only_waiting_counts() -> None:
    clock = Clock(of_an_answer=2.0)
    waits = Waits(5.0, clock=clock)
    with talking(Script(OK), clock, waits) as transport:
        transport.send(READ)
        clock.now += 3_600  # a person thinks
        transport.send(READ)
        assert waits.left == 1.0
        transport.send(READ)
        with pytest.raises(TimedOut):
            transport.send(READ)


def test_what_is_awaited_side_by_side_counts_once() -> None:
    clock = Clock()
    waits = Waits(5.0, clock=clock)
    with waits.waiting("one"), waits.waiting("two"), waits.waiting("three"):
        clock.now += 2
    assert waits.left == 3.0


def test_nothing_is_sent_once_the_time_is_up() -> None:
    clock, script = Clock(of_an_answer=9.0), Script(OK)
    with talking(script, clock, Waits(5.0, clock=clock)) as transport:
        transport.send(READ)
        for request in (READ, PATCH, CREATE):
            with pytest.raises(TimedOut):
                transport.send(request)
        assert (transport.counts.reads, transport.counts.writes) == (1, 0)
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    ("request_", "error"), [(READ, TimedOut), (PATCH, UnknownOutcome), (CREATE, UnknownOutcome)]
)
def test_an_answer_that_never_comes_is_not_waited_for(request_: Request, error: type[RemoteError]) -> None:
    never = threading.Event()

    def silent(request: httpx.Request) -> httpx.Response:
        never.wait(60)
        return OK

    try:
        with talking(silent, Clock(), Waits(BRIEF)) as transport, pytest.raises(error) as caught:
            transport.send(request_)
        assert type(caught.value) is error
        assert request_.task in caught.value.summary
    finally:
        never.set()


def test_a_write_that_was_answered_by_nothing_may_have_happened() -> None:
    clock = Clock()
    with (
        talking(Script(httpx.ReadTimeout), clock, Waits(3.0, clock=clock)) as transport,
        pytest.raises(UnknownOutcome, match="may have happened"),
    ):
        transport.send(PATCH)


def test_what_is_given_back_has_time_of_its_own() -> None:
    clock, script = Clock(of_an_answer=9.0), Script(OK, BUSY, OK)
    with talking(script, clock, Waits(5.0, clock=clock)) as transport:
        transport.send(READ)
        clock.of_an_answer = 0.0
        transport.send(Request("DELETE", "/v1/folders/a", "give it back", awaited=Awaited.AT_ITS_END))
    assert len(script.requests) == 3


def test_that_time_ends_as_well() -> None:
    clock = Clock(of_an_answer=4.0)
    with talking(Script(BUSY), clock, Waits(5.0, clock=clock)) as transport:
        for _ in range(2):
            with pytest.raises(RemoteError):
                transport.send(READ)
        began = clock.now
        with pytest.raises(TimedOut):
            transport.send(Request("DELETE", "/v1/folders/a", "give it back", awaited=Awaited.AT_ITS_END))
    assert clock.now - began <= GRACE + clock.of_an_answer


def terms(waits: Waits, clock: Clock, who: str = "ada", patience: float = 600.0) -> LockTerms:
    waiting = LockTerms(Signature(who), patience=patience, settle=10.0)
    return replace(waiting, sleep=clock.sleep, clock=clock, waits=waits)


@contextmanager
def held_by_grace(server: SimulatedLetta) -> Iterator[None]:
    with (
        talking(server, Clock(), Waits()) as theirs,
        server_lock(theirs, "the lock", terms(Waits(), Clock(), "grace")),
    ):
        yield


def test_a_lock_of_somebody_else_is_awaited_by_name_and_not_for_ever() -> None:
    server, clock, told = SimulatedLetta(), Clock(), Told()
    waits = Waits(30.0, told, clock)
    with held_by_grace(server), talking(server, clock, waits) as ours:
        lock = Lock(OnServer(ours, "the lock"), terms(waits, clock))
        with pytest.raises(TimedOut, match="wait for somebody else's lock on the server: grace"):
            lock.acquire()
    assert clock.now == pytest.approx(130.0)
    assert {picture[0].what.partition(":")[0] for picture in told.pictures if picture} >= {
        "take the lock on the server",
        "wait for somebody else's lock on the server",
    }


def test_a_lock_that_others_keep_is_still_an_error_of_its_own() -> None:
    server, clock = SimulatedLetta(), Clock()
    with held_by_grace(server), talking(server, clock, Waits()) as ours:
        lock = Lock(OnServer(ours, "the lock"), terms(Waits(), clock, patience=20.0))
        with pytest.raises(LockHeld):
            lock.acquire()


def test_the_lock_is_given_back_when_the_time_is_up() -> None:
    server, clock = SimulatedLetta(), Clock()
    waits = Waits(30.0, clock=clock)
    with talking(server, clock, waits) as transport:
        with server_lock(transport, "the lock", terms(waits, clock)):
            clock.of_an_answer = 31.0
            transport.get("/v1/agents/", "list the agents")
            clock.of_an_answer = 0.0
            assert waits.is_spent
        assert transport.counts.writes == 2
    with talking(server, clock, Waits()) as other:
        assert other.get("/v1/folders/", "look") == []


def test_what_is_gone_is_still_gone_within_a_bound() -> None:
    gone = httpx.Response(404, json={"detail": "Agent a not found"})
    with talking(Script(gone), Clock(), Waits(60.0)) as transport, pytest.raises(NotFound):
        transport.send(READ)
