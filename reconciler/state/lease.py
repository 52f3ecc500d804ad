"""One apply at a time: a row in the state file that says who is at it.

In: the state and who asks. Out: a held lease, or LockHeld that names the holder and the way out. A holder
that died on this machine is noticed at once, one elsewhere when its lease expires. The state is a file,
so this keeps apart whoever shares it; machines with files of their own meet at a lock on the server.
"""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reconciler.errors import LockHeld, StateError
from reconciler.state.process import Process, is_dead, this_process
from reconciler.state.store import State
from reconciler.waits import Waits

_COLUMNS = "owner, who, host, machine, pid, started, since, expires"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who applies, since when, and until when that counts without a sign of life."""

    owner: str
    process: Process
    since: datetime
    expires: datetime

    def __str__(self) -> str:
        since = self.since.astimezone().isoformat(" ", "seconds")
        return f"{self.process.who} on {self.process.host}, process {self.process.pid}, since {since}"


@dataclass(frozen=True)
class LeaseTerms:
    """How long a lease lasts and how it waits; tests inject the rest."""

    seconds: float = 60.0
    beat: float = 15.0
    """Seconds between signs of life."""
    patience: float = 0.0
    """Seconds to wait for another holder: `--lock-timeout`."""
    unlock_command: str = "reconciler unlock"
    pause: float = 0.2
    sleep: Callable[[float], None] = time.sleep
    process: Process = field(default_factory=this_process)
    waits: Waits = field(default_factory=Waits)


class Lease:
    """The right to apply, held until it is released."""

    def __init__(self, state: State, terms: LeaseTerms) -> None:
        self._state = state
        self._terms = terms
        self.owner = uuid.uuid4().hex
        self.took_over = False
        """Whether the holder before died without giving it back."""
        self._released = threading.Event()
        self._lost = threading.Event()

    @property
    def is_lost(self) -> bool:
        """Whether somebody else took it: nothing more may be written."""
        return self._lost.is_set()

    def acquire(self) -> None:
        """Take it, waiting as long as the terms say; LockHeld when somebody keeps it."""
        with self._terms.waits.waiting("take the lock on this machine") as waiting:
            deadline = time.monotonic() + self._terms.patience
            while (other := self._try()) is not None:
                if time.monotonic() >= deadline:
                    raise self._held(other)
                waiting.turns_to(f"wait for another apply of this project to end: {other}")
                waiting.pause(self._terms.pause, self._terms.sleep)

    def _held(self, other: Holder) -> LockHeld:
        return LockHeld(
            f"another apply of this project is running: {other}",
            why=f"two at once would make things twice; its lease lasts until "
            f"{other.expires.astimezone().isoformat(' ', 'seconds')} and is renewed while it runs",
            hint="wait for it (--lock-timeout SECONDS); if that process is gone: "
            + self._terms.unlock_command,
        )

    def beat(self) -> None:
        """One sign of life; notices when the lease is gone."""
        with self._state.transaction() as connection:
            renewed = connection.execute(
                "UPDATE lease SET expires = ? WHERE owner = ?", (self._expiry().isoformat(), self.owner)
            )
            if renewed.rowcount == 0:
                self._lost.set()

    def release(self) -> None:
        """Give it back, if it is still ours."""
        self._released.set()
        with self._state.transaction() as connection:
            connection.execute("DELETE FROM lease WHERE owner = ?", (self.owner,))

    def keep(self) -> None:
        """Give signs of life until released; a file that is busy for a while is no reason to stop."""
        while not self._released.wait(self._terms.beat):
            with contextlib.suppress(StateError):
                self.beat()

    def _try(self) -> Holder | None:
        """Take a lease nobody holds; else who holds it."""
        with self._state.transaction() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM lease").fetchall()
            other = _holder(rows[0]) if rows else None
            now = self._state.now()
            if other is not None and other.expires > now and not is_dead(other.process):
                return other
            self.took_over = other is not None
            mine = self._terms.process
            connection.execute(
                f"INSERT OR REPLACE INTO lease (one, {_COLUMNS}) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(self.owner, mine.who, mine.host, mine.machine, mine.pid, mine.started),
                    *(now.isoformat(), self._expiry().isoformat()),
                ),
            )
        return None

    def _expiry(self) -> datetime:
        return self._state.now() + timedelta(seconds=self._terms.seconds)


@contextmanager
def held(state: State, terms: LeaseTerms) -> Iterator[Lease]:
    """The lease for the time of the block, kept alive by a thread."""
    lease = Lease(state, terms)
    beating = threading.Thread(target=lease.keep, name="lease", daemon=True)
    try:
        lease.acquire()
        beating.start()
        yield lease
    finally:
        with contextlib.suppress(StateError):  # a lease that cannot be given back expires
            lease.release()
        if beating.is_alive():
            beating.join(5)


def holder_of(state: State) -> Holder | None:
    """Who holds the lease, dead or alive."""
    rows = state.rows(f"SELECT {_COLUMNS} FROM lease")
    return _holder(rows[0]) if rows else None


def break_lease(state: State, owner: str) -> None:
    """Take the lease away from this owner; a running apply notices and stops."""
    with state.transaction() as connection:
        connection.execute("DELETE FROM lease WHERE owner = ?", (owner,))


def _holder(row: tuple[object, ...]) -> Holder:
    owner, who, host, machine, pid, started, since, expires = map(str, row)
    return Holder(
        owner,
        Process(who, host, machine, int(pid), started),
        datetime.fromisoformat(since),
        datetime.fromisoformat(expires),
    )
