"""One holder at a time, who shows signs of life; a dead one does not keep the lock.

In: a store, which is the place where the lock lies, and terms. Out: the lock, or LockHeld that names its
holder and the way out. It must not know what the place is.

    the holder is             told by
    dead, on this machine     its process id, at once
    dead, elsewhere           its expiry, or its sign of life standing still while somebody waits

A lock is taken away from the holder that was seen, so two who take over never take each other's. What cannot
hold: clocks that differ by more than the expiry, and a holder that stood still for longer and wakes up with a
write under way.
"""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from reconciler.errors import LockHeld, RemoteError, StateError
from reconciler.lock.holder import Entry, Holder, Signature, is_known_dead, short_names
from reconciler.waits import Waiting, Waits

_ATTEMPTS = 20
"""Refusals in a row, with nobody there who holds it, that are put down to bad luck."""
_SLOWER = 1.5
"""How much longer each pause is than the one before."""
_LAST_BEAT = 5.0
"""Seconds to let a sign of life end that is just being given."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a lock could not be taken."""

    holder: Holder | None
    """None: it was given back meanwhile, or the store struggles."""
    error: RemoteError | None = None
    """What the store said, where there is no holder."""


class Store(Protocol):
    """A place where one lock lies: of any number of takers at once at most one is told that it is theirs."""

    @property
    def task(self) -> str:
        """What somebody does who takes the lock, in a few words."""

    @property
    def rival(self) -> str:
        """What somebody waits for whom another holder keeps out, in a few words."""

    def take(self, entry: Entry) -> Refused | None:
        """None once the lock is ours."""

    def renew(self, entry: Entry) -> bool:
        """Write the entry anew; False when the lock is not ours any more."""

    def give_back(self, owner: str) -> None:
        """Give it back, if it is still this owner's."""

    def holder(self) -> Holder | None:
        """Who holds it, dead or alive."""

    def take_away(self, holder: Holder) -> None:
        """Take it away from this holder, and from no other."""

    def refusal(self, holder: Holder) -> LockHeld:
        """What to say of a holder that keeps it; the way out is added."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class LockTerms:
    """Who asks, and how long things last, in seconds; tests inject the rest."""

    signature: Signature = field(default_factory=Signature.mine)
    seconds: float = 120.0
    """Without a sign of life for so long a holder counts as dead."""
    beat: float = 20.0
    """Between signs of life."""
    patience: float = 0.0
    """To wait for another holder: `--lock-timeout`."""
    unlock_command: str = "reconciler unlock"
    settle: float = 0.0
    """To let the server finish what a process that just died had sent."""
    pause: float = 0.15
    longest_pause: float = 1.0
    is_dead: Callable[[Mapping[str, str]], bool] = is_known_dead
    """Whether a process that signed is known to be gone."""
    now: Callable[[], datetime] = _now
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    waits: Waits = field(default_factory=Waits)
    """Told what is waited for, and for how long at most."""

    def longer(self, pause: float) -> float:
        """The pause after this one."""
        return min(pause * _SLOWER, self.longest_pause)

    def is_over(self, holder: Holder) -> bool:
        """Whether that holder is known to be dead: its process is gone, or its time is up."""
        return holder.is_a_lock and (self.is_dead(holder.signature.process) or holder.expires <= self.now())


class Lock:
    """One lock, for one who asks; thread-safe once it is acquired."""

    def __init__(self, store: Store, terms: LockTerms, writes: Collection[str] | None = None) -> None:
        """`writes` names what is written under the lock, for those who write something else meanwhile."""
        self._store = store
        self._terms = terms
        self._writes = short_names(writes)
        self._since = terms.now()
        self._released = threading.Event()
        self._lost = threading.Event()
        self.is_abandoned = False
        self.took_over = False
        """Whether the holder before died without giving it back."""
        self.owner = uuid.uuid4().hex

    @property
    def is_lost(self) -> bool:
        """Whether somebody else took it: nothing more may be written."""
        return self._lost.is_set()

    def acquire(self) -> None:
        """Take it, waiting as long as the terms say; LockHeld when somebody keeps it."""
        with self._terms.waits.waiting(self._store.task) as waiting:
            self._acquire(waiting)

    def _acquire(self, waiting: Waiting) -> None:
        terms = self._terms
        deadline, pause, watch = terms.clock() + terms.patience, terms.pause, _Watch(terms)
        settle, vain = 0.0, 0
        while (refused := self._store.take(self._entry())) is not None:
            holder = refused.holder
            if holder is None:
                vain += 1
                if vain == _ATTEMPTS and refused.error is not None:
                    raise refused.error
            elif watch.is_gone(holder):
                settle = 0.0 if holder.expires <= terms.now() else terms.settle
                self._store.take_away(holder)
                self.took_over = True
                continue
            elif terms.clock() >= deadline:
                raise self._held(holder)
            else:
                waiting.turns_to(f"wait for {self._store.rival}: {holder}")
            waiting.pause(pause, terms.sleep)
            pause = terms.longer(pause)
        if settle:
            waiting.turns_to("let the server finish what a run that died has sent")
            waiting.pause(settle, terms.sleep)

    def beat(self) -> None:
        """One sign of life; notices when the lock is gone."""
        if not self._store.renew(self._entry()):
            self._lost.set()

    def announce(self, writes: Collection[str]) -> bool:
        """Say of more names that they are written; whether that was news. It costs a write then."""
        more = short_names(writes)
        if self._writes is None or (more is not None and more <= self._writes):
            return False
        self._writes = None if more is None else self._writes | more
        self.beat()
        return True

    def keep(self) -> None:
        """Give signs of life until released; one that fails is no reason to stop."""
        while not self._released.wait(self._terms.beat):
            with contextlib.suppress(RemoteError, StateError):
                self.beat()

    def abandon(self) -> None:
        """Leave it for the time something is still under way: others get it when it expires."""
        self.is_abandoned = True
        self._released.set()

    def release(self) -> None:
        """Give it back, unless it was abandoned."""
        self._released.set()
        if not self.is_abandoned:
            self._store.give_back(self.owner)

    def _entry(self) -> Entry:
        expires = self._terms.now() + timedelta(seconds=self._terms.seconds)
        return Entry(self.owner, self._terms.signature, self._since, expires, self._writes)

    def _held(self, holder: Holder) -> LockHeld:
        said = self._store.refusal(holder)
        return LockHeld(said.summary, why=said.why, hint=said.hint + self._terms.unlock_command)


@contextmanager
def held(lock: Lock) -> Iterator[Lock]:
    """The lock for the time of the block, kept alive by a thread."""
    beating = threading.Thread(target=lock.keep, name="lock", daemon=True)
    try:
        lock.acquire()
        beating.start()
        yield lock
    finally:
        with contextlib.suppress(RemoteError, StateError):  # one that cannot be given back expires
            lock.release()
        if beating.is_alive():
            beating.join(_LAST_BEAT)


class _Watch:
    """Tells a dead holder from one that is at work."""

    def __init__(self, terms: LockTerms) -> None:
        self._terms = terms
        self._sign: tuple[str, datetime] | None = None
        self._since = terms.clock()

    def is_gone(self, holder: Holder) -> bool:
        """Whether its lock may be taken away."""
        terms = self._terms
        sign = (holder.id, holder.expires)
        if sign != self._sign:
            self._sign, self._since = sign, terms.clock()
        stands_still = holder.is_a_lock and terms.clock() - self._since > terms.seconds
        return stands_still or terms.is_over(holder)
