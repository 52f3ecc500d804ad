"""The lock on the server: one holder at a time, and a dead one does not keep it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.errors import Conflict, LockHeld, UnknownOutcome
from reconciler.lock import Lock, LockTerms, Signature
from reconciler.lock.names import (
    are_rivals,
    holders,
    project_lock,
    project_locks,
    set_lock,
    shard_lock,
    wait_for_rivals,
)
from reconciler.lock.on_server import OnServer, server_lock, server_terms
from reconciler.remote import Connection, Transport, connect
from reconciler.remote.http.transport import Request, Sends
from reconciler.values import Owner
from tests.live.raw import RawServer

NAME = project_lock("demo")
LONG = timedelta(days=1)


def terms(who: str = "somebody") -> LockTerms:
    return replace(server_terms(), signature=Signature(who, {"pid": who}))


def lock_of(transport: Sends, terms: LockTerms, name: str = NAME) -> Lock:
    return Lock(OnServer(transport, name), terms)


@pytest.fixture
def transport(letta_url: str) -> Iterator[Transport]:
    opened = connect(Connection(letta_url))
    yield opened
    opened.close()


def held(transport: Transport, terms: LockTerms) -> Lock:
    lock = lock_of(transport, terms)
    lock.acquire()
    return lock


class Late:
    """A server that gets the first request to take a lock only when somebody looks for the n-th time."""

    def __init__(self, inner: Transport, look: int) -> None:
        self._inner = inner
        self._look = look
        self._held_back: Request | None = None
        self._looks = 0

    def send(self, request: Request) -> Any:
        if request.method == "POST" and self._held_back is None:
            self._held_back = request
            raise UnknownOutcome("nobody knows")
        if request.method == "GET":
            self._looked()
        return self._inner.send(request)

    def get(self, path: str, task: str, query: tuple[tuple[str, str], ...] = ()) -> Any:
        self._looked()
        return self._inner.get(path, task, query)

    def _looked(self) -> None:
        self._looks += 1
        if self._held_back is not None and self._looks == self._look:
            with suppress(Conflict):
                self._inner.send(self._held_back)


@pytest.mark.parametrize("look", [1, 2])
def test_a_create_of_ours_that_arrives_late_is_ours(transport: Transport, look: int) -> None:
    lock = lock_of(Late(transport, look), replace(terms(), sleep=lambda _: None))
    lock.acquire()
    assert [holder.owner for holder in holders(transport).values()] == [lock.owner]
    lock.release()
    assert holders(transport) == {}


def test_of_many_machines_at_once_one_gets_it(transport: Transport) -> None:
    barrier, got, refused = threading.Barrier(6), list[Lock](), list[LockHeld]()

    def ask(number: int) -> None:
        lock = lock_of(transport, terms(f"machine {number}"))
        barrier.wait(30)
        try:
            lock.acquire()
            got.append(lock)
        except LockHeld as error:
            refused.append(error)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(got), len(refused)) == (1, 5)
    assert "machine" in refused[0].summary
    got[0].release()
    assert holders(transport) == {}


def test_the_lock_of_one_set_does_not_keep_others_out(transport: Transport) -> None:
    with (
        server_lock(transport, set_lock("demo", Owner("team", "1")), terms()),
        server_lock(transport, set_lock("demo", Owner("team", "2")), terms()),
        server_lock(transport, NAME, terms("ada")),
    ):
        assert len(holders(transport)) == 3
        assert holders(transport)[NAME].signature.who == "ada"
    assert holders(transport) == {}


def test_one_whose_time_is_up_loses_it_and_notices(transport: Transport) -> None:
    dead = held(transport, replace(terms("dead"), seconds=-1))
    with server_lock(transport, NAME, terms("alive")) as alive:
        dead.beat()
        assert dead.is_lost
        alive.beat()
        assert not alive.is_lost
        dead.release()
        assert holders(transport)[NAME].signature.who == "alive"
    assert holders(transport) == {}


def test_one_whose_process_is_known_to_be_gone_loses_it_at_once(transport: Transport) -> None:
    waited: list[float] = []

    def is_dead(process: Mapping[str, str]) -> bool:
        return process == {"pid": "dead"}

    held(transport, terms("dead"))
    with server_lock(transport, NAME, replace(terms(), is_dead=is_dead, sleep=waited.append)) as lock:
        assert not lock.is_lost
    assert waited == [terms().settle], "the server may still finish what the dead one sent"


def test_one_that_gives_no_sign_of_life_while_somebody_waits_loses_it(transport: Transport) -> None:
    """Whatever its clock said."""
    ahead = replace(terms("ahead"), now=lambda: terms().now() + LONG)
    held(transport, ahead)
    ticks = iter(range(10_000))
    waiting = replace(terms(), patience=500, sleep=lambda _: None, clock=lambda: 10.0 * next(ticks))
    with server_lock(transport, NAME, waiting):
        assert len(holders(transport)) == 1


def test_one_that_gives_signs_of_life_keeps_it(transport: Transport) -> None:
    alive = held(transport, terms("alive"))
    ticks = iter(range(10_000))
    waiting = replace(
        terms(), patience=500, sleep=lambda _: alive.beat(), clock=lambda: float(next(ticks) * 10)
    )
    with pytest.raises(LockHeld, match="alive"):
        held(transport, waiting)
    alive.release()


def test_a_folder_somebody_gave_the_name_of_a_lock_is_never_deleted(
    transport: Transport, letta_url: str
) -> None:
    body = {
        "name": NAME,
        "embedding_config": {
            "embedding_endpoint_type": "openai",
            "embedding_model": "none",
            "embedding_dim": 1,
        },
    }
    RawServer(letta_url).call("POST", "/v1/folders/", body)
    ticks = iter(range(10_000))
    waiting = replace(
        terms(), patience=500, sleep=lambda _: None, clock=lambda: 40.0 * next(ticks), is_dead=lambda _: True
    )
    with pytest.raises(LockHeld, match="somebody, since an unknown time"):
        held(transport, waiting)
    assert len(RawServer(letta_url).list("folders")) == 1


@pytest.mark.parametrize(
    ("one", "other", "rivals"),
    [
        (project_lock("demo"), shard_lock("demo", "1/3"), True),
        (shard_lock("demo", "1/3"), shard_lock("demo", "2/3"), False),
        (shard_lock("demo", "1/3"), shard_lock("demo", "1/2"), True),
        (project_lock("demo"), set_lock("demo", Owner("team", "1")), False),
        (project_lock("demo"), project_lock("demo2"), False),
        (project_lock("demo"), shard_lock("demo2", "1/3"), False),
    ],
)
def test_which_locks_exclude_each_other(one: str, other: str, rivals: bool) -> None:
    assert are_rivals("demo", one, other) is rivals
    assert are_rivals("demo", other, one) is rivals


def test_rivals_are_waited_for_and_the_dead_are_not(transport: Transport) -> None:
    over = lock_of(transport, replace(terms("over"), seconds=-1), shard_lock("demo", "1/3"))
    over.acquire()
    wait_for_rivals(transport, "demo", NAME, terms())
    with server_lock(transport, shard_lock("demo", "2/3"), terms("shard")) as shard:
        with pytest.raises(LockHeld, match="shard"):
            wait_for_rivals(transport, "demo", NAME, terms())
        patient = replace(terms(), patience=500, sleep=lambda _: shard.release())
        wait_for_rivals(transport, "demo", NAME, patient)
    assert set(project_locks(transport, "demo")) == {shard_lock("demo", "1/3")}
