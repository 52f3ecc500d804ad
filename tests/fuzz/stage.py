"""One command at a time in this process, on a simulated server, under limits of time and memory.

In: arguments. Out: the exit status, what was said, and what must never happen, whatever the input: an error
that is not ours, no end, memory without bounds, a lock that stays. It must not know what was damaged.
"""

from __future__ import annotations

import contextlib
import re
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx

from reconciler.errors import CacheError
from reconciler.lock import LockTerms
from reconciler.lock.in_state_file import holder_of
from reconciler.lock.on_server import PREFIX
from reconciler.remote.http.retry import RetryPolicy
from reconciler.remote.write.safe_create import Doubt
from reconciler.state import State
from tests.live.project import Project
from tests.simulated import SimulatedLetta

URL = "http://letta.test"
SECONDS = 15.0
"""Of processor time for one command: a few on a busy machine are no failure."""
MEGABYTES = 300
"""By which one command may raise what the process needs at most."""
STATUSES = (0, 1, 2, 3, 4)
_UNFORESEEN = re.compile(r"unexpected \w+:.*|Traceback.*|\"type\": \"UnexpectedError\"|Exception ignored.*")
Server = Callable[[httpx.Request], httpx.Response]


class TookTooLong(BaseException):
    """No processor time is left; no handler of errors is meant to stop it."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of one command."""

    words: tuple[str, ...]
    status: int
    stdout: str
    stderr: str
    problems: tuple[str, ...]

    @property
    def said(self) -> str:
        """On both streams."""
        return self.stdout + self.stderr


def problems_of(ran: Ran) -> list[str]:
    """What must not have happened, with the command."""
    return [f"{ran.words[0]}: {each}" for each in ran.problems]


@dataclass
class Stage:
    """A folder with a project, and a server."""

    folder: Path
    letta: SimulatedLetta
    environ: dict[str, str] = field(default_factory=dict)
    server: Server | None = None
    """What answers in place of the simulated server."""

    @property
    def root(self) -> Path:
        """The folder of the project."""
        return self.folder / "project"

    def run(self, *words: str) -> Ran:
        """One command."""
        environ = {"RECONCILER_PARALLEL": "1", "RECONCILER_PATIENCE": "0", "PIN": "1234", **self.environ}
        project = Project(self.root, URL, self.folder / "c.db", environ)
        problems: list[str] = []
        before = _peak()
        try:
            with _without_pauses(), _on(self.server or self.letta), _watched(problems), _limited():
                result = project.run(*words)
        except TookTooLong:
            return Ran(words, -1, "", "", (f"no end after {SECONDS:g} s of processor time",))
        problems += [found[0] for found in _UNFORESEEN.finditer(result.output)]
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            problems.append(f"raised {type(result.exception).__name__}: {result.exception}")
        if result.exit_code not in STATUSES:
            problems.append(f"exit status {result.exit_code}")
        if _peak() - before > MEGABYTES:
            problems.append(f"{_peak() - before} MB more memory")
        return Ran(words, result.exit_code, result.stdout, result.stderr, tuple(problems))

    def locks(self) -> list[str]:
        """Who is kept out, by the server or by the state file."""
        names = (str(row["name"]) for row in self.letta.world.folders)
        found = [f"the lock {name!r} stays on the server" for name in names if name.startswith(PREFIX)]
        state = self.folder / "c.state.db"
        with contextlib.suppress(CacheError):
            if state.exists():
                with State.open(state) as opened:
                    found += ["the lease stays in the state file"] if holder_of(opened) else []
        return found


def _peak() -> int:
    """The most memory this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    """TookTooLong when the processor time is spent."""

    def stop(*_: Any) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextlib.contextmanager
def _watched(problems: list[str]) -> Iterator[None]:
    """What a thread of its own raises is a problem, too."""

    def note(raised: threading.ExceptHookArgs) -> None:
        problems.append(f"a thread raised {raised.exc_type.__name__}: {raised.exc_value}")

    with patch("threading.excepthook", note):
        yield


@contextlib.contextmanager
def _on(server: Server) -> Iterator[None]:
    """Every connection leads to this server."""

    def client(*_: Any) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(server))

    with patch("reconciler.remote.http.transport.own_client", client):
        yield


class _Clock:
    """Time that passes at once for whoever waits."""

    def __init__(self) -> None:
        self._waited = 0.0

    def sleep(self, seconds: float) -> None:
        self._waited += seconds

    def now(self) -> float:
        return time.monotonic() + self._waited


@contextlib.contextmanager
def _without_pauses() -> Iterator[None]:
    """Nobody is waited for."""
    clock = _Clock()
    waiting = {"sleep": clock.sleep, "clock": clock.now}
    with (
        patch("reconciler.remote.http.transport.RetryPolicy", partial(RetryPolicy, sleep=clock.sleep)),
        patch("reconciler.lock.on_server.LockTerms", partial(LockTerms, **waiting)),
        patch("reconciler.remote.write.safe_create.Doubt", partial(Doubt, **waiting)),
    ):
        yield
