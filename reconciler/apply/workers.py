"""Threads that carry out steps and report back; none of them keeps the process alive.

In: steps and what performing one means. Out: how each step ended, in a queue that signal handlers may use as
well. It must not know in which order steps run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue

from reconciler.apply.schedule import Step


@dataclass(frozen=True, slots=True)
class Ended:
    """One step came to its end."""

    step: Step
    error: BaseException | None = None


class Interrupted:
    """Somebody wants it to stop."""


Inbox = SimpleQueue[Ended | Interrupted]


class Crew:
    """A fixed number of workers; a step that is handed over starts when one is free."""

    def __init__(self, number: int, perform: Callable[[Step], None], inbox: Inbox) -> None:
        self._perform = perform
        self._inbox = inbox
        self._steps: SimpleQueue[Step | None] = SimpleQueue()
        self._workers = [
            threading.Thread(target=self._work, name=f"apply-{index}", daemon=True) for index in range(number)
        ]
        for worker in self._workers:
            worker.start()

    def hand(self, step: Step) -> None:
        """Have this step performed."""
        self._steps.put(step)

    def dismiss(self) -> None:
        """No more steps will come; waits for nobody."""
        for _ in self._workers:
            self._steps.put(None)

    def _work(self) -> None:
        while (step := self._steps.get()) is not None:
            try:
                self._perform(step)
            except BaseException as error:
                self._inbox.put(Ended(step, error))
            else:
                self._inbox.put(Ended(step))
