"""Carries out a plan.

In: a Plan and a Writer. Out: an Outcome that accounts for every change. It knows nothing but the plan: it
reads no manifest and compares nothing. Changes that do not wait for each other run side by side.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Protocol

from reconciler.errors import ReconcilerError
from reconciler.execute.outcome import Observer, Outcome, Result, Status
from reconciler.execute.schedule import Schedule, Step
from reconciler.plan.model import Plan
from reconciler.values import Address, Operation


class Writes(Protocol):
    """The one thing the Executor asks of a server."""

    def perform(self, operation: Operation, ids: Mapping[str, str]) -> Mapping[Address, str]:
        """Send one write; the answer holds the ids of what it made."""


@dataclass(frozen=True, slots=True)
class Executor:
    """Runs the steps of a plan on a few threads; how many requests run at once is the writer's affair."""

    writer: Writes
    observer: Observer
    parallel: int = 8
    clock: Callable[[], float] = time.monotonic

    def execute(self, plan: Plan) -> Outcome:
        """Everything in the plan, in its order; a first Ctrl-C lets running changes finish."""
        began = self.clock()
        run = _Run(self, plan)
        with ThreadPoolExecutor(self.parallel, thread_name_prefix="apply") as pool:
            interrupted = run.until_done(pool)
        results = run.results()
        return Outcome(results, writes=run.sent, seconds=self.clock() - began, interrupted=interrupted)


class _Run:
    """One execution: what is running, what is done, and the ids known so far."""

    def __init__(self, executor: Executor, plan: Plan) -> None:
        self._executor = executor
        self._plan = plan
        self._ids = dict(plan.ids)
        self._schedule = Schedule(plan.changes)
        self._ended: dict[Address, Result] = {}
        self.sent = 0

    def until_done(self, pool: ThreadPoolExecutor) -> bool:
        """Run all steps; true when the keyboard stopped it."""
        running: dict[Future[int], Step] = {}
        try:
            while True:
                for step in self._schedule.ready():
                    running[pool.submit(self._perform, step)] = step
                if not running:
                    return False
                self._collect(running)
        except KeyboardInterrupt:
            while running:
                self._collect(running)
            return True

    def _collect(self, running: dict[Future[int], Step]) -> None:
        ended, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in ended:
            self._settle(running.pop(future), future)

    def _perform(self, step: Step) -> int:
        """All writes of one step, one after the other; returns how many were sent."""
        if step.is_first:
            self._executor.observer.started(step.change)
        sent = 0
        for operation in step.operations:
            made = self._executor.writer.perform(operation, self._ids)
            sent += 1
            self._ids.update({str(address): id_ for address, id_ in made.items()})
        return sent

    def _settle(self, step: Step, future: Future[int]) -> None:
        error = future.exception()
        if error is None:
            self.sent += future.result()
            if self._schedule.done(step):
                self._end(Result(step.change, Status.DONE, id=self._id_of(step)))
        elif isinstance(error, ReconcilerError):
            self._end(Result(step.change, Status.FAILED, error=error))
            for skipped, because in self._schedule.failed(step):
                self._end(Result(skipped, Status.SKIPPED, because=because))
        else:
            raise error

    def _id_of(self, step: Step) -> str:
        return "" if step.change.action.value == "delete" else self._ids.get(str(step.change.address), "")

    def _end(self, result: Result) -> None:
        if result.change.address in self._ended:
            return
        self._ended[result.change.address] = result
        self._executor.observer.finished(result)

    def results(self) -> tuple[Result, ...]:
        """One result for every change, in plan order."""
        return tuple(
            self._ended.get(change.address, Result(change, Status.NOT_STARTED))
            for change in self._plan.changes
        )
