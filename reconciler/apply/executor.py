"""Carries out a plan.

In: a Plan, a Writer and a journal. Out: an Outcome that accounts for every change. It knows nothing but the
plan: it reads no manifest and compares nothing. Changes that do not wait for each other run side by side.
Every write is noted before it is sent and after it is answered.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from queue import Empty
from typing import Protocol

from reconciler.apply.backups import NOWHERE, Safekeeping, put_aside
from reconciler.apply.journal_entries import NO_RECORDS, Records
from reconciler.apply.outcome import Observer, Outcome, Result, Status
from reconciler.apply.schedule import Schedule, Step
from reconciler.apply.signals import interrupts
from reconciler.apply.workers import Crew, Ended, Inbox, Interrupted
from reconciler.errors import ReconcilerError, UnknownOutcome
from reconciler.plan.model import Action, Change, Plan
from reconciler.values import Address, Complete, Create, Operation, requests

_BLINK = 0.2
"""Seconds of one wait; a signal that came just before a wait, or to another thread, is seen only after it."""


class Writes(Protocol):
    """The one thing the Executor asks of a server."""

    def perform(self, operation: Operation, ids: Mapping[str, str]) -> Mapping[Address, str]:
        """Send one write; the answer holds the ids of what it made."""


def _always() -> bool:
    return True


def _nothing() -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Executor:
    """Runs the steps of a plan on a few threads; how many requests run at once is the writer's affair."""

    writer: Writes
    observer: Observer
    parallel: int = 8
    clock: Callable[[], float] = time.monotonic
    records: Records = NO_RECORDS
    safe: Safekeeping = NOWHERE
    """Where a value goes before a write ends it; without one nothing that holds a value is ended."""
    may_go_on: Callable[[], bool] = _always
    """Asked before each step; False ends the run as a first Ctrl-C does."""
    left_behind: Callable[[], None] = _nothing
    """Called at the end of a run, however it ends, when some write was sent and not waited for."""

    def execute(self, plan: Plan) -> Outcome:
        """Everything in the plan, in its order.

        A first Ctrl-C lets running changes finish; a second one leaves them, to be looked up by the next run.
        """
        began = self.clock()
        inbox = Inbox()
        run = _Run(self, plan, inbox)
        try:
            with interrupts(lambda: inbox.put(Interrupted())):
                run.until_done()
        finally:
            if run.left_running:
                self.left_behind()
        return Outcome(
            run.results(),
            writes=run.sent,
            seconds=self.clock() - began,
            interrupted=run.interrupts > 0,
            left_running=run.left_running,
        )


class _Run:
    """One execution: what is running, what is done, and the ids known so far."""

    def __init__(self, executor: Executor, plan: Plan, inbox: Inbox) -> None:
        self._executor = executor
        self._plan = plan
        self._carriers = _carriers(plan)
        self._ids = dict(plan.ids)
        self._schedule = Schedule(plan.changes)
        self._ended: dict[Address, Result] = {}
        self._inbox = inbox
        self._running: set[Address] = set()
        self._begun: set[Address] = set()
        self._at_work = 0
        """Steps that a worker has in hand; more may have ended and wait to be taken note of."""
        self._counting = threading.Lock()
        self._under_way = 0
        """Steps that were handed over and have not ended."""
        self._saved_at: dict[Address, str] = {}
        self._is_stopping = False
        self._unexpected: BaseException | None = None
        self.interrupts = 0
        self.sent = 0

    def until_done(self) -> None:
        """Run all steps, or as many as the person at the keyboard wants.

        An error of our own ends the run as well, but not before everything that was sent is answered.
        """
        crew = Crew(self._executor.parallel, self._perform, self._inbox)
        try:
            self._guarded(lambda: self._start(crew))
            while self._under_way and self.interrupts < 2:
                self._guarded(self._take)
                self._guarded(lambda: self._start(crew))
        finally:
            crew.dismiss()
        if self._unexpected is not None:
            raise self._unexpected

    def _guarded(self, do: Callable[[], None]) -> None:
        """Do it; what it raises stops the run."""
        try:
            do()
        except KeyboardInterrupt:
            self._interrupt()
        except Exception as error:
            self._fail(error)

    def _start(self, crew: Crew) -> None:
        """Hand over what may run now."""
        if self._is_stopping or not self._executor.may_go_on():
            return
        for step in self._schedule.ready():
            crew.hand(step)
            self._under_way += 1

    def _take(self) -> None:
        """Wait a moment for one event."""
        try:
            event = self._inbox.get(timeout=_BLINK)
        except Empty:
            return
        if isinstance(event, Ended):
            self._under_way -= 1
            self._settle(event)
        else:
            self._interrupt()

    def _interrupt(self) -> None:
        self.interrupts += 1
        self._is_stopping = True
        if self.interrupts == 1:
            self._executor.observer.stopping(self._at_work)

    def _perform(self, step: Step) -> None:
        """One step, in the hands of one worker."""
        if self._is_stopping:
            raise _NotBegun
        self._count(1)
        try:
            self._write(step)
        finally:
            self._count(-1)

    def _count(self, more: int) -> None:
        with self._counting:
            self._at_work += more

    def _write(self, step: Step) -> None:
        """All writes of one step, one after the other."""
        self._running.add(step.change.address)
        if step.is_first:
            self._executor.observer.started(step.change)
        for operation in step.operations:
            if self.interrupts > 1:
                raise _NotBegun
            self._put_aside(step, operation)
            with self._executor.records.recording(operation):
                self._begun.add(step.change.address)
                made = self._executor.writer.perform(operation, self._ids)
            self.sent += requests(operation)
            self._ids.update({str(address): id_ for address, id_ in made.items()})

    def _put_aside(self, step: Step, operation: Operation) -> None:
        saved_at = put_aside(self._executor.safe, step.change, operation)
        if saved_at:
            self._saved_at[step.change.address] = saved_at

    def _settle(self, ended: Ended) -> None:
        step, error = ended.step, ended.error
        self._running.discard(step.change.address)
        if error is None:
            if self._schedule.done(step):
                self._end(Result(step.change, Status.DONE, id=self._id_of(step)))
        elif isinstance(error, ReconcilerError):
            self._end(Result(step.change, Status.FAILED, error=error))
            for skipped, because in self._schedule.failed(step):
                self._end(self._skipped(skipped, because))
        elif not isinstance(error, _NotBegun):
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        """Only the first error of ours is told: it may be the cause of others."""
        self._unexpected = self._unexpected or error
        self._is_stopping = True

    def _skipped(self, change: Change, because: Address) -> Result:
        """A replacement that was made is no change that was not begun."""
        if self._schedule.is_half_done(change):
            return Result(change, Status.FAILED, error=_unfinished(change, because))
        return Result(change, Status.SKIPPED, because=because)

    def _id_of(self, step: Step) -> str:
        is_gone = step.change.action is Action.DELETE
        return "" if is_gone else self._ids.get(str(step.change.address), "")

    def _end(self, result: Result) -> None:
        if result.change.address in self._ended:
            return
        result = replace(result, saved_at=self._saved_at.get(result.change.address, ""))
        self._ended[result.change.address] = result
        self._executor.observer.finished(result)

    @property
    def left_running(self) -> int:
        """Changes nobody waits for any more."""
        return len(self._running - self._ended.keys())

    def results(self) -> tuple[Result, ...]:
        """One result for every change, in plan order."""
        return tuple(
            self._ended.get(change.address) or self._stopped(change) for change in self._plan.changes
        )

    def _stopped(self, change: Change) -> Result:
        """Of a change that has not ended: a block made with its agent shares the fate of that."""
        address = change.address
        made = self._ids.get(str(address), "")
        if made and change.action is Action.CREATE and not change.operations:
            return Result(change, Status.DONE, id=made)
        if self._running & {address, self._carriers.get(address, address)}:
            return Result(change, Status.FAILED, error=_left_running(address))
        if address in self._begun:
            return Result(change, Status.FAILED, error=_left_halfway(address))
        return Result(change, Status.NOT_STARTED)


def _carriers(plan: Plan) -> dict[Address, Address]:
    """Of each block that is made inside the request for its agent: that agent."""
    return {
        block.address: change.address
        for change in plan.changes
        for operation in change.operations
        if isinstance(operation, Create)
        for block in operation.inline
    }


class _NotBegun(Exception):
    """The step was still waiting for a worker when the run was stopped."""


def _unfinished(change: Change, because: Address) -> ReconcilerError:
    if change.action is not Action.REPLACE:
        return ReconcilerError(
            f"{change.address} is there, but {', '.join(_waiting(change))} is not set yet",
            why=f"that waits for {because}, which was not done",
            hint="apply again: it goes on from there",
        )
    return ReconcilerError(
        f"{change.address} is made anew, but the one it replaces is still there",
        why=f"{because} could not be moved over",
        hint="apply again: it goes on from there",
    )


def _waiting(change: Change) -> Iterator[str]:
    for operation in change.afterwards:
        yield from operation.leaves if isinstance(operation, Complete) else ()


def _left_halfway(address: Address) -> ReconcilerError:
    return ReconcilerError(
        f"the run was stopped between its writes: {address}",
        why="a part of it is on the server",
        hint="run the same command again: it does the rest",
    )


def _left_running(address: Address) -> UnknownOutcome:
    return UnknownOutcome(
        f"it was being written when the run was stopped: {address}",
        why="the server may still finish it",
        hint="run the same command again: it looks first and makes nothing twice",
    )
