"""Observers of an apply: a bar on a terminal, one line per change elsewhere, or silence.

In: events from worker threads. Out: text, to wherever they were told to write. They must not slow an
apply down or make it fail: a reader that went away is ignored.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from reconciler.apply.outcome import Result, Status
from reconciler.plan.model import Change
from reconciler.report.text.lines import Line, Span, Tone, line
from reconciler.report.text.printable import pad, safe, shorten
from reconciler.report.text.words import PAST

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_TONES = {Status.DONE: Tone.ADD, Status.FAILED: Tone.ERROR, Status.SKIPPED: Tone.WARNING}
_NOW = 60
"""Columns the name of the change under way may take beside the bar."""


def finished_line(result: Result) -> Line:
    """`done     pattern/42/agent/pattern  created`."""
    status = result.status
    parts = [Span(pad(status.value.replace("_", " "), 9), _TONES.get(status, Tone.DIM))]
    parts.append(Span(f"{safe(str(result.change.address))}  "))
    if status is Status.DONE:
        parts.append(Span(PAST[result.change.action], Tone.DIM))
    elif result.because:
        parts.append(Span(f"needs {safe(str(result.because))}", Tone.DIM))
    elif result.error:
        parts.append(Span(safe(result.error.summary)))
    return line(*parts)


def stopping_text(running: int) -> str:
    """What a first Ctrl-C is answered with."""
    left = f"{running} running change{'' if running == 1 else 's'}" if running else "nothing"
    return f"stopping: waiting for {left}; Ctrl-C again stops at once, the next run clears up"


class Silence:
    """Says nothing."""

    def stopping(self, running: int) -> None:
        """Somebody stopped the run."""

    def started(self, change: Change) -> None:
        """A change begins."""

    def finished(self, result: Result) -> None:
        """A change ended."""


class Lines:
    """One line for every change that ended; lines of several threads never mix."""

    def __init__(self, write: Callable[[Line], None]) -> None:
        self._write = write
        self._lock = threading.Lock()

    def started(self, change: Change) -> None:
        """A change begins: nothing is said, so that a log has one line for each."""

    def finished(self, result: Result) -> None:
        """A change ended."""
        self._say(finished_line(result))

    def stopping(self, running: int) -> None:
        """Somebody stopped the run."""
        self._say(line(stopping_text(running)))

    def _say(self, text: Line) -> None:
        with self._lock:
            try:
                self._write(text)
            except OSError:
                self._write = _nowhere


class Bar:
    """A progress bar with the change under way; failures are printed above it."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def started(self, change: Change) -> None:
        """A change begins."""
        self._progress.update(self._task, now=shorten(safe(str(change.address)), _NOW))

    def finished(self, result: Result) -> None:
        """A change ended."""
        self._progress.advance(self._task)
        if result.status is not Status.DONE:
            text = "".join(span.text for span in finished_line(result))
            self._print(text)

    def stopping(self, running: int) -> None:
        """Somebody stopped the run."""
        self._print(stopping_text(running))

    def _print(self, text: str) -> None:
        self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)


def _nowhere(text: Line) -> None:
    del text


@contextmanager
def bar(total: int, stream: TextIO, below: Callable[[], str]) -> Iterator[Bar]:
    """A bar for `total` changes on a terminal, and a line `below` it; both go away when the run ends."""
    from rich.console import Console, RenderableType
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.text import Text

    class WithLine(Progress):
        def get_renderables(self) -> Iterator[RenderableType]:
            yield from super().get_renderables()
            if said := below():
                yield Text(f"waiting {said}", style="dim", no_wrap=True, overflow="ellipsis")

    columns = (
        TextColumn("applying"),
        BarColumn(bar_width=28, complete_style="green", finished_style="green"),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}", style="dim", markup=False),
    )
    with WithLine(*columns, console=Console(file=stream), transient=True) as progress:
        yield Bar(progress, progress.add_task("apply", total=total, now=""))
