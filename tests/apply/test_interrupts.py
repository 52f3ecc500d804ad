"""Ctrl-C is noticed at once, whichever thread the system hands it to."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from reconciler.apply import Executor, Result, Status
from reconciler.plan import make_plan
from reconciler.values import Address, Desired, DesiredResource, Live, Operation, Owner, Scope
from tests.apply.test_executor import Kept, Silent, statuses
from tests.plan.worlds import AGENT, GROUP, NOTES, PERSONA, STATE, applied, team, with_leaf


@pytest.fixture
def elsewhere() -> Iterator[None]:
    """Ctrl-C goes to another thread: the main one waits on, as when a signal comes just before it waits."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    yield
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGINT, before)


@dataclass
class Stuck:
    """A writer whose server does not answer before `go`, where it is asked about this address."""

    only: Address | None = None
    go: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    answers: list[bool] = field(default_factory=list)

    def perform(self, operation: Operation, ids: Mapping[str, str]) -> Mapping[Address, str]:
        if self.only is not None and operation.address != self.only:
            return {operation.address: f"new-{operation.address}"}
        self.begun.set()
        self.answers.append(self.go.wait(60))
        return {}


class Typist(Silent):
    """Types Ctrl-C once something is under way, and again when told that it stops."""

    def __init__(self, writer: Stuck) -> None:
        self.told = threading.Event()
        threading.Thread(target=self._type, args=(writer,), daemon=True).start()

    def stopping(self, running: int) -> None:
        self.told.set()

    def _type(self, writer: Stuck) -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        assert writer.begun.wait(60)
        os.kill(os.getpid(), signal.SIGINT)
        if self.told.wait(60):
            os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.usefixtures("elsewhere")
def test_two_signals_stop_a_run_whose_writes_are_not_answered() -> None:
    writer = Stuck()
    outcome = Executor(writer, Typist(writer), 2, safe=Kept()).execute(make_plan(team(), Live(), Scope()))
    assert outcome.interrupted
    assert not writer.answers, "it waited for the server"
    writer.go.set()


@pytest.mark.usefixtures("elsewhere")
def test_after_two_signals_only_what_was_sent_is_in_doubt() -> None:
    writer = Stuck()
    outcome = Executor(writer, Typist(writer), 1, safe=Kept()).execute(make_plan(team(), Live(), Scope()))
    found = statuses(outcome)
    assert sorted(found[each].value for each in (STATE, NOTES)) == ["failed", "not_started"]
    assert {found[each] for each in (AGENT, PERSONA, GROUP)} == {Status.NOT_STARTED}
    writer.go.set()


@pytest.mark.usefixtures("elsewhere")
def test_a_block_that_is_made_with_its_agent_is_in_doubt_with_it() -> None:
    writer = Stuck(only=AGENT)
    outcome = Executor(writer, Typist(writer), 2, safe=Kept()).execute(make_plan(team(), Live(), Scope()))
    assert statuses(outcome) == {
        STATE: Status.DONE,
        NOTES: Status.DONE,
        AGENT: Status.FAILED,
        PERSONA: Status.FAILED,
        GROUP: Status.NOT_STARTED,
    }
    writer.go.set()


@pytest.mark.usefixtures("elsewhere")
def test_a_change_that_was_stopped_between_its_writes_is_not_called_untouched() -> None:
    writer = Stuck(only=GROUP)
    plan = make_plan(with_leaf(team(), AGENT, agent_type="memgpt_v2_agent"), applied(team()), Scope())
    outcome = Executor(writer, Typist(writer), 2, safe=Kept()).execute(plan)
    (replaced,) = (result for result in outcome.results if result.change.address == AGENT)
    assert replaced.status is Status.FAILED
    assert replaced.error is not None
    assert "stopped between its writes" in replaced.error.summary
    writer.go.set()


class Counting(Silent):
    """Says Ctrl-C when the first change ended, and remembers how many are said to run."""

    def __init__(self, writer: Quick) -> None:
        self.writer = writer
        self.running: list[int] = []

    def finished(self, result: Result) -> None:
        if not self.running:
            assert self.writer.all_done.wait(60)
            raise KeyboardInterrupt

    def stopping(self, running: int) -> None:
        self.running.append(running)


@dataclass
class Quick:
    """A writer that is done with everything before anybody takes note of it."""

    number: int
    all_done: threading.Event = field(default_factory=threading.Event)
    count: int = 0

    def perform(self, operation: Operation, ids: Mapping[str, str]) -> Mapping[Address, str]:
        self.count += 1
        if self.count == self.number:
            self.all_done.set()
        return {operation.address: f"new-{operation.address}"}


def test_what_has_ended_is_not_waited_for_though_nobody_took_note_of_it_yet() -> None:
    owners = [Owner("pattern", str(number)) for number in range(40)]
    desired = {
        (address := Address(owner, "block", "mood")): DesiredResource(address, str(address), {"value": "x"})
        for owner in owners
    }
    writer = Quick(len(owners))
    observer = Counting(writer)
    plan = make_plan(Desired("demo", desired), Live(), Scope())
    Executor(writer, observer, 1, safe=Kept()).execute(plan)
    assert observer.running == [0]
