"""How many requests may be under way at once: grown slowly, halved when the server struggles.

Where it struggled before is approached quickly and passed only after many successes, so that it settles just
below instead of running into errors again and again.

In: how requests ended. Out: permission to send one. 4 to 8 clients are the sweet spot of letta 0.16.8; from
about 100 its database runs out of connections (measured). It must not know what is sent.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

START = 4
CEILING = 8
_CAUTION = 40
"""How many times slower it grows where the server struggled before."""


@dataclass(frozen=True, slots=True)
class Window:
    """Additive increase, multiplicative decrease; `size` is a fraction so that growth takes a round trip."""

    size: float = START
    ceiling: int = CEILING
    shrunk: int = 0
    """How often it shrank: one burst of failures counts once."""
    struggled: float = float("inf")
    """Slots at which the server last could not cope; below START that is taken for bad luck."""

    @property
    def slots(self) -> int:
        """Requests allowed at once."""
        return max(1, int(min(self.size, self.ceiling)))

    def succeeded(self) -> Window:
        """One more slot for each window of successes, or for many of them where it struggled before."""
        pace = 1 / self.size
        if self.slots + 1 >= self.struggled:
            pace /= _CAUTION
        return replace(self, size=min(self.size + pace, float(self.ceiling)))

    def overloaded(self, seen: int) -> Window:
        """Half, unless it shrank already since the failing request was let in."""
        if seen != self.shrunk:
            return self
        struggled = max(float(START), float(self.slots))
        return replace(self, size=max(1.0, self.size / 2), shrunk=self.shrunk + 1, struggled=struggled)


class Admission:
    """One request that was let in; say `overloaded()` when the server could not cope."""

    def __init__(self) -> None:
        self.is_overloaded = False

    def overloaded(self) -> None:
        """The answer was 429, 5xx or none."""
        self.is_overloaded = True


class Limiter:
    """Lets requests in, one slot each; thread-safe."""

    def __init__(self, ceiling: int = CEILING, start: int = START) -> None:
        self._window = Window(float(min(start, ceiling)), ceiling)
        self._busy = 0
        self._free = threading.Condition()

    @property
    def slots(self) -> int:
        """Requests allowed at once, now."""
        return self._window.slots

    @contextmanager
    def slot(self) -> Iterator[Admission]:
        """Wait for a slot and hold it for one request."""
        with self._free:
            while self._busy >= self._window.slots:
                self._free.wait()
            self._busy += 1
            seen = self._window.shrunk
        admission = Admission()
        try:
            yield admission
        finally:
            with self._free:
                self._busy -= 1
                overloaded = admission.is_overloaded
                self._window = self._window.overloaded(seen) if overloaded else self._window.succeeded()
                self._free.notify_all()
