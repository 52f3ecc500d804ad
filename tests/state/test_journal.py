"""The journal knows which writes nobody ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.apply.journal_entries import JournalRecords
from reconciler.apply.recovery import settle
from reconciler.errors import CacheError, Conflict, UnknownOutcome
from reconciler.remote.write.safe_create import Doubt
from reconciler.state import Ending, Journal, State
from reconciler.values import Address, Create, LiveResource, Marker, Owner, Recompile

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
AGENT = Address(Owner("pattern", "42"), "agent", "flux")
CREATE = Create(AGENT, "flux", {}, Marker("p", AGENT))
LIVE = LiveResource("agent", "agent-1", "flux", {})


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with State.open(tmp_path / "c.db", lambda: NOON) as opened:
        yield opened


def test_an_intent_is_open_until_it_is_ended(state: State) -> None:
    journal = Journal(state, "run-1")
    number = journal.intend(CREATE)
    (intent,) = journal.open_intents()
    assert (intent.number, intent.operation, intent.address, intent.at) == (number, "create", AGENT, NOON)
    journal.end(number, CREATE, Ending.DONE)
    assert list(journal.open_intents()) == []


def test_rows_are_only_added(state: State) -> None:
    journal = Journal(state, "run-1")
    journal.end(journal.intend(CREATE), CREATE, Ending.FAILED)
    rows = state.rows("SELECT event FROM journal ORDER BY number")
    assert [event for (event,) in rows] == ["intent", "failed"]


@pytest.mark.parametrize(
    ("error", "events"),
    [
        (None, ["intent", "done"]),
        (Conflict("no"), ["intent", "failed"]),
        (UnknownOutcome("?"), ["intent"]),
        (ValueError("a bug"), ["intent"]),
    ],
)
def test_only_what_is_known_is_ended(state: State, error: Exception | None, events: list[str]) -> None:
    records = JournalRecords(Journal(state, "run-1"), lambda error: None)
    try:
        with records.recording(CREATE):
            if error:
                raise error
    except type(error or AssertionError()):
        pass
    rows = state.rows("SELECT event FROM journal ORDER BY number")
    assert [event for (event,) in rows] == events


def test_a_journal_that_fails_is_told_once_and_stops_nothing(state: State) -> None:
    told: list[CacheError] = []
    records = JournalRecords(Journal(state, "run-1"), told.append)
    state.close()
    for _ in range(2):
        with records.recording(CREATE):
            pass
    assert len(told) == 1


class Server:
    """Shows the agent from the n-th look on."""

    def __init__(self, from_look: int) -> None:
        self.from_look, self.looks, self.time = from_look, 0, 0.0

    def lookup(self, address: Address) -> tuple[LiveResource, ...]:
        self.looks += 1
        return (LIVE,) if self.looks >= self.from_look else ()

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def doubt(self, patience: float = 10.0) -> Doubt:
        return Doubt(patience, sleep=self.sleep, clock=lambda: self.time)


@pytest.mark.parametrize(
    ("age", "from_look", "ending", "looks"),
    [
        (0, 1, "found", 1),
        (0, 3, "found", 3),
        (600, 99, "absent", 1),
    ],
)
def test_a_create_nobody_ended_is_looked_up_and_waited_for(
    state: State, age: float, from_look: int, ending: str, looks: int
) -> None:
    Journal(state, "died").intend(CREATE)
    server = Server(from_look)
    settle(Journal(state, "next"), server, server.doubt(), lambda: NOON + timedelta(seconds=age))
    assert state.rows("SELECT event, run FROM journal ORDER BY number DESC LIMIT 1") == [(ending, "next")]
    assert server.looks == looks
    assert not list(Journal(state, "next").open_intents())


def test_the_wait_ends_when_the_server_had_its_time(state: State) -> None:
    Journal(state, "died").intend(CREATE)
    server = Server(10_000)
    settle(Journal(state, "next"), server, server.doubt(), lambda: NOON + timedelta(seconds=124))
    assert 6.0 <= server.time < 9.0


def test_an_intent_that_waited_for_its_turn_before_the_run_died_is_not_old(state: State) -> None:
    """It was noted a minute ago, and may have been sent just now."""
    Journal(state, "died").intend(CREATE)
    server = Server(3)
    settle(Journal(state, "next"), server, server.doubt(), lambda: NOON + timedelta(seconds=60))
    assert state.rows("SELECT event FROM journal ORDER BY number DESC LIMIT 1") == [("found",)]


def test_many_creates_nobody_ended_are_waited_for_together(state: State) -> None:
    journal, server = Journal(state, "died"), Server(10_000)
    for _ in range(8):
        journal.intend(CREATE)
    settle(Journal(state, "next"), server, server.doubt(), lambda: NOON)
    assert 10.0 <= server.time < 13.0


def test_what_may_be_done_twice_is_left_to_the_plan(state: State) -> None:
    Journal(state, "died").intend(Recompile(AGENT))
    server = Server(1)
    settle(Journal(state, "next"), server, server.doubt(), lambda: NOON)
    assert server.looks == 0
    assert state.rows("SELECT event FROM journal ORDER BY number DESC LIMIT 1") == [("repeatable",)]
