"""What a run waits for: each wait is told to one observer, and all of them together may be bounded.

In: waits, as they begin, go on and end. Out: those of this moment, oldest first, to the observer; TimedOut
once the run has waited for as long as it may. Time in which nothing is awaited, such as that of a question to
a person, does not count. It must not print, and must not know what is waited for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from reconciler.errors import TimedOut

if TYPE_CHECKING:
    from concurrent.futures import Future

GRACE = 10.0
"""Seconds for each thing that is given back, such as a lock, once the time of the run is up."""
_NOTHING = 0.001
"""Seconds that are too few for anything."""

T = TypeVar("T")


class Awaited(Enum):
    """Who waits, and so how long that may take."""

    BY_THE_RUN = "the run"
    AT_ITS_END = "its end"
    """To give something back: it has some seconds even when the time of the run is up."""
    BY_NOBODY = "nobody"
    """Beside the run, as a sign of life: neither told nor counted."""


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing that is awaited, or about to be tried again."""

    what: str
    """What is done or looked for meanwhile, in a few words."""
    began: float
    """By the clock of the run, in seconds."""
    attempt: int = 1
    trouble: str = ""
    """What the attempt before this one came to."""


Observer: TypeAlias = Callable[[tuple[Wait, ...]], None]
"""Told everything that is awaited now, each time that changes; from any thread, and it must not raise."""


def _nobody(waits: tuple[Wait, ...]) -> None:
    del waits


class Waits:
    """Everything one run waits for; thread-safe."""

    def __init__(
        self,
        seconds: float | None = None,
        observer: Observer = _nobody,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`seconds` is how long the run may wait in all; None is for ever."""
        self._seconds = seconds
        self._observer = observer
        self.clock = clock
        self._lock = threading.Lock()
        self._open: dict[Waiting, Wait] = {}
        self._since = 0.0
        """When the oldest wait began, while there is one."""
        self._spent = 0.0

    def told_to(self, observer: Observer) -> None:
        """From now on this observer is the one."""
        self._observer = observer

    def bounded(self, seconds: float | None) -> None:
        """From now on the run may wait so long in all."""
        self._seconds = seconds

    @property
    def left(self) -> float | None:
        """Seconds for which the run may still wait, never below 0; None is for ever."""
        with self._lock:
            if self._seconds is None:
                return None
            under_way = self.clock() - self._since if self._open else 0.0
            left = self._seconds - self._spent - under_way
            return left if left > _NOTHING else 0.0

    @property
    def is_spent(self) -> bool:
        """Whether the run has waited for as long as it may."""
        return self.left == 0.0

    @contextmanager
    def waiting(self, what: str, awaited: Awaited = Awaited.BY_THE_RUN) -> Iterator[Waiting]:
        """One wait, for the time of the block."""
        waiting = Waiting(self, what, self.clock(), awaited)
        self.changed(waiting, waiting.wait)
        try:
            yield waiting
        finally:
            self.changed(waiting, None)

    def changed(self, waiting: Waiting, wait: Wait | None) -> None:
        """What is to be said of one wait; None when it is over."""
        if waiting.awaited is Awaited.BY_NOBODY:
            return
        with self._lock:
            was_idle, now = not self._open, self.clock()
            if wait is None:
                del self._open[waiting]
            else:
                self._open[waiting] = wait
            if was_idle:
                self._since = now
            elif not self._open:
                self._spent += now - self._since
            waits = tuple(self._open.values())
        self._observer(waits)

    def left_of(self, waiting: Waiting) -> float | None:
        """Seconds that this wait may still take; None is for ever."""
        left = self.left
        if left is None or waiting.awaited is Awaited.BY_NOBODY:
            return None
        if waiting.awaited is Awaited.BY_THE_RUN:
            return left
        return max(left, GRACE - (self.clock() - waiting.wait.began))

    def timed_out(self, wait: Wait) -> TimedOut:
        """What to raise for a wait that took too long."""
        after = f", attempt {wait.attempt} after: {wait.trouble}" if wait.trouble else ""
        return TimedOut(
            f"the time is up, after {self._seconds or 0:g} s of waiting: {wait.what}{after}",
            why="--timeout, or RECONCILER_TIMEOUT, gives a run no more",
            hint="give it more time, or run it again: it looks first and makes nothing twice",
        )


class Waiting:
    """One wait that goes on."""

    def __init__(self, waits: Waits, what: str, began: float, awaited: Awaited) -> None:
        self._waits = waits
        self.awaited = awaited
        self.wait = Wait(what, began)

    def turns_to(self, what: str) -> None:
        """It is about something else now."""
        if what != self.wait.what:
            self._becomes(replace(self.wait, what=what))

    def tries_again(self, trouble: str) -> None:
        """An attempt came to nothing, and another one will follow."""
        self._becomes(replace(self.wait, attempt=self.wait.attempt + 1, trouble=trouble))

    def check(self) -> None:
        """TimedOut when there is no time left."""
        left = self._waits.left_of(self)
        if left is not None and left <= 0:
            raise self._waits.timed_out(self.wait)

    def pause(self, seconds: float, sleep: Callable[[float], object] = time.sleep) -> None:
        """Sleep, or TimedOut when there is no time for that."""
        left = self._waits.left_of(self)
        if left is None or seconds < left:
            sleep(seconds)
            return
        sleep(left)
        raise self._waits.timed_out(self.wait)

    def within(self, do: Callable[[], T]) -> T:
        """What `do` returns or raises; TimedOut when it takes too long.

        It is left alone then: no call of the network can be counted on to end by itself.
        """
        left = self._waits.left_of(self)
        if left is None:
            return do()
        from concurrent import futures

        found = _begun(do)
        if not futures.wait([found], left).done:
            raise self._waits.timed_out(self.wait)
        return found.result()

    def _becomes(self, wait: Wait) -> None:
        self.wait = wait
        self._waits.changed(self, wait)


def _begun(do: Callable[[], T]) -> Future[T]:
    """What `do` comes to, in a thread that nobody has to wait for."""
    from concurrent.futures import Future  # costs some time to import, and most runs are not bounded

    found: Future[T] = Future()

    def run() -> None:
        try:
            found.set_result(do())
        except BaseException as error:
            found.set_exception(error)

    threading.Thread(target=run, name="bounded", daemon=True).start()
    return found
