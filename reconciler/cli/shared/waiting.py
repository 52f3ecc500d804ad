"""What a person sees of waiting: a spinner on a terminal, a plain line every ten seconds elsewhere.

In: what is awaited, each time that changes. Out: text on stderr, and nothing on stdout. Waits too short to
notice are not shown, nor is anything while something else is said. It must not slow a run down.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol, TextIO

from reconciler.cli.shared.output import tell
from reconciler.waits import Wait

if TYPE_CHECKING:
    from rich.live import Live
    from rich.spinner import Spinner

EVERY = 10.0
"""Seconds without any other line after which one is written where there is no terminal."""
SOON = 1.0
"""Seconds after which a wait is worth a spinner."""
_LOOKS = {"plain": 1.0, "spinner": 0.25}
"""Seconds between two looks at what is awaited."""
_DOTS = 3
"""Columns of the spinner itself."""

Clock = Callable[[], float]


class Display(Protocol):
    """Shows what is awaited; called from any thread."""

    def __call__(self, waits: tuple[Wait, ...]) -> None:
        """What is awaited changed."""

    def speaks(self) -> None:
        """Something else is about to be said."""

    def answers(self) -> None:
        """From now on an answer is written piece by piece, and nothing may come between."""

    def now(self) -> str:
        """What is awaited, as one line; nothing where it is not worth one."""

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Another picture shows what is awaited while the block lasts."""

    def close(self) -> None:
        """The command is over."""


class Hidden:
    """Shows nothing."""

    def __call__(self, waits: tuple[Wait, ...]) -> None:
        """Nobody wants to know."""

    def speaks(self) -> None:
        """Nothing is in the way."""

    def answers(self) -> None:
        """Nothing comes between."""

    def now(self) -> str:
        """Nothing."""
        return ""

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Nothing changes."""
        yield

    def close(self) -> None:
        """Nothing is open."""


class PlainLines(Hidden):
    """One line every ten seconds in which nothing else was said."""

    def __init__(self, clock: Clock, write: Callable[[str], None] = tell) -> None:
        self._write = write
        self._clock = clock
        self._waits: tuple[Wait, ...] = ()
        self._quiet_since = clock()
        self._looking = _Looking(_LOOKS["plain"], self.look)

    def __call__(self, waits: tuple[Wait, ...]) -> None:
        """What is awaited changed; from the first time on it is looked at."""
        if waits and self._looking.begin():
            self._quiet_since = self._clock()
        self._waits = waits

    def speaks(self) -> None:
        """A line of something else shows as well that the run goes on."""
        self._quiet_since = self._clock()

    def look(self) -> None:
        """Write a line, if it is time for one."""
        waits, now = self._waits, self._clock()
        if waits and now - self._quiet_since >= EVERY:
            self._quiet_since = now
            self._write(f"waiting{'' if now - waits[0].began >= 1 else ':'} {line_of(waits, now)}")

    def close(self) -> None:
        """Look no more."""
        self._looking.end()


class OnTerminal:
    """A spinner with what is awaited for longer than a moment."""

    def __init__(self, stream: TextIO, clock: Clock, *, colour: bool) -> None:
        self._stream = stream
        self._colour = colour
        self._clock = clock
        self._waits: tuple[Wait, ...] = ()
        self._lock = threading.Lock()
        self._live: Live | None = None
        self._others = 0
        """Pictures that stand where the spinner would."""
        self._looking = _Looking(_LOOKS["spinner"], self.look)

    def __call__(self, waits: tuple[Wait, ...]) -> None:
        """What is awaited changed; nothing stays on the screen when that is nothing."""
        if waits:
            self._looking.begin()
        self._waits = waits
        if not waits:
            self.speaks()

    def speaks(self) -> None:
        """Take the spinner away."""
        with self._lock, suppress(OSError):
            live, self._live = self._live, None
            if live is not None:
                live.stop()

    def answers(self) -> None:
        """No spinner any more."""
        self._others += 1
        self.speaks()

    def now(self) -> str:
        """What is awaited, once it takes longer than a moment."""
        waits, now = self._waits, self._clock()
        return line_of(waits, now) if waits and now - waits[0].began >= SOON else ""

    def look(self) -> None:
        """Begin to show what is awaited, if it is time for that."""
        with self._lock:
            if self._live is None and not self._others and self.now():
                self._live = self._begun()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """No spinner for the time of the block."""
        self._others += 1
        self.speaks()
        try:
            yield
        finally:
            self._others -= 1

    def close(self) -> None:
        """Look no more, and leave the screen as it was."""
        self._looking.end()
        self.speaks()

    def _begun(self) -> Live:
        from rich.console import Console
        from rich.live import Live
        from rich.spinner import Spinner

        console = Console(file=self._stream, no_color=not self._colour, highlight=False)
        spinner = Spinner("dots", style="cyan")
        live = Live(
            console=console,
            get_renderable=lambda: self._picture(spinner, console.width),
            transient=True,
            refresh_per_second=8,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        live.start(refresh=True)
        return live

    def _picture(self, spinner: Spinner, columns: int) -> Spinner:
        from rich.text import Text

        from reconciler.report.text.printable import shorten

        spinner.update(text=Text(shorten(self.now(), columns - _DOTS)))
        return spinner


class _Looking:
    """A thread that looks again and again, from the first wait to the end of the command."""

    def __init__(self, seconds: float, look: Callable[[], None]) -> None:
        self._seconds = seconds
        self._look = look
        self._ended = threading.Event()
        self._begun = threading.Lock()

    def begin(self) -> bool:
        """Whether that is news."""
        is_news = self._begun.acquire(blocking=False)
        if is_news:
            threading.Thread(target=self._run, name="waiting", daemon=True).start()
        return is_news

    def end(self) -> None:
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.wait(self._seconds):
            self._look()


def display_on(stream: TextIO, clock: Clock, *, colour: bool) -> Display:
    """What suits this stream; `clock` is that of the waits."""
    if stream.isatty() and os.environ.get("TERM") != "dumb":
        return OnTerminal(stream, clock, colour=colour)
    return PlainLines(clock)


def line_of(waits: tuple[Wait, ...], now: float) -> str:
    """`12 s: list the agents, attempt 3 after status 503 (and 7 more)`: the oldest, made harmless."""
    from reconciler.report.text.printable import safe, shorten

    oldest, age = waits[0], int(now - waits[0].began)
    again = f", attempt {oldest.attempt} after {shorten(oldest.trouble, _TROUBLE)}" if oldest.trouble else ""
    more = f" (and {len(waits) - 1} more)" if waits[1:] else ""
    return safe(f"{f'{age} s: ' if age else ''}{oldest.what}{again}{more}")


_TROUBLE = 60
"""Columns of what an attempt came to."""
