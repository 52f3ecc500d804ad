"""One at a time among all who share a server and nothing else: a folder whose name is the lock.

In: a transport, the name of a lock and who asks. Out: the lock, or LockHeld that names its holder. Names of
folders are unique on the server, the only such thing it offers: of any number of creates at once one is
answered 200, the others 409 (letta 0.16.8, measured). The folder holds nothing, is attached to nothing and is
gone with the lock.

    the holder is             told by
    dead, on this machine     its process id, at once
    dead, elsewhere           its expiry, or its sign of life standing still while somebody waits

It is taken away by id, so that two who take over never delete each other's. What cannot hold: clocks that
differ by more than the expiry, and a holder that stood still for longer and wakes up with a write under way.
It costs two writes, and one for each sign of life.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from reconciler.errors import Conflict, LockHeld, MalformedAnswer, NotFound, RemoteError, UnknownOutcome
from reconciler.remote.http.pages import Gets, checked_rows
from reconciler.remote.http.retry import Safety
from reconciler.remote.http.transport import Request
from reconciler.remote.marks.markers import KEY
from reconciler.waits import Awaited, Waiting, Waits

PREFIX = f"{KEY} lock "
_ENTRY = f"{KEY}-lock"
_ATTEMPTS = 20
"""Refusals in a row, with nobody there who holds it, that are put down to bad luck."""
_MOST_NAMES = 1_000
"""A lock that covers more names than that covers anything: 15 kB of metadata are enough."""
_NO_EMBEDDING = {
    "embedding_model": "none",
    "embedding_endpoint_type": "openai",
    "embedding_dim": 1,
    "embedding_chunk_size": 1,
}
"""A folder must have one; nothing is ever put into this one."""


class Sends(Gets, Protocol):
    """What locking asks of a transport."""

    def send(self, request: Request) -> Any:
        """The JSON of the answer to any request."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who asks, in words, and which process on which machine that is."""

    who: str
    process: Mapping[str, str] = field(default_factory=dict)


def _nobody_knows(process: Mapping[str, str]) -> bool:
    return False


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class RemoteTerms:
    """Who asks, and how long things last, in seconds; tests inject the rest."""

    signature: Signature
    seconds: float = 120.0
    """Without a sign of life for so long a holder counts as dead."""
    beat: float = 20.0
    patience: float = 0.0
    """To wait for another holder."""
    unlock_command: str = "reconciler unlock --remote-lock"
    settle: float = 10.0
    """To let the server finish what a process that just died had sent."""
    pause: float = 0.15
    longest_pause: float = 1.0
    is_dead: Callable[[Mapping[str, str]], bool] = _nobody_knows
    """Whether a process that signed is known to be gone."""
    now: Callable[[], datetime] = _now
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    waits: Waits = field(default_factory=Waits)

    def is_over(self, holder: RemoteHolder) -> bool:
        """Whether that holder is known to be dead: its process is gone, or its time is up."""
        return holder.is_a_lock and (self.is_dead(holder.signature.process) or holder.expires <= self.now())


@dataclass(frozen=True, slots=True)
class RemoteHolder:
    """Who holds a lock."""

    id: str
    owner: str
    signature: Signature
    since: str
    expires: datetime
    writes: frozenset[str] | None = None
    """What the holder said it writes, by `short_name`; None is anything."""

    def __str__(self) -> str:
        return f"{self.signature.who or 'somebody'}, since {self.since or 'an unknown time'}"

    def may_write(self, name: str) -> bool:
        """Whether the holder may write what is called this."""
        return self.writes is None or short_name(name) in self.writes

    @property
    def is_a_lock(self) -> bool:
        """Whether the folder is a lock at all, and not one somebody gave its name."""
        return bool(self.owner)


class RemoteLock:
    """One lock, for one who asks; thread-safe once it is acquired."""

    def __init__(
        self, transport: Sends, name: str, terms: RemoteTerms, writes: Collection[str] | None = None
    ) -> None:
        """`writes` names what is written under the lock, for those who write something else meanwhile."""
        self._transport = transport
        self._terms = terms
        self._name = name
        self._writes = _short_names(writes)
        self._since = terms.now().isoformat(timespec="seconds")
        self._released = threading.Event()
        self.is_abandoned = False
        self._lost = threading.Event()
        self._is_in_doubt = False
        self.owner = uuid.uuid4().hex
        self.id = ""

    @property
    def is_lost(self) -> bool:
        """Whether somebody else took it: nothing more may be written."""
        return self._lost.is_set()

    def acquire(self) -> None:
        """Take it, waiting as long as the terms say; LockHeld when somebody keeps it."""
        with self._terms.waits.waiting("take the lock on the server") as waiting:
            self._acquire(waiting)

    def _acquire(self, waiting: Waiting) -> None:
        terms = self._terms
        deadline, pause, watch = terms.clock() + terms.patience, terms.pause, _Watch(terms)
        settle, vain = 0.0, 0
        while (refusal := self._try()) is not None:
            holder = self.holder()
            if holder is not None and holder.owner == self.owner:
                self.id = holder.id  # our own create, whose answer was lost
                break
            if holder is None:  # given back meanwhile, or the server struggles
                vain += 1
                if vain == _ATTEMPTS:
                    raise refusal
            elif watch.is_gone(holder):
                settle = 0.0 if holder.expires <= terms.now() else terms.settle
                take_away(self._transport, holder)
                continue
            elif terms.clock() >= deadline:
                raise self._held(holder)
            else:
                waiting.turns_to(f"wait for somebody else's lock on the server: {holder}")
            waiting.pause(pause, terms.sleep)
            pause = min(pause * 1.5, terms.longest_pause)
        if settle:
            waiting.turns_to("let the server finish what a run that died has sent")
            waiting.pause(settle, terms.sleep)

    def holder(self, awaited: Awaited = Awaited.BY_THE_RUN) -> RemoteHolder | None:
        """Who holds it, dead or alive."""
        task, query = f"look who holds {self._name!r}", (("name", self._name),)
        request = Request("GET", "/v1/folders/", task, Safety.READ, query, awaited=awaited)
        rows = checked_rows(self._transport.send(request), task)
        return next((holder_of(row) for row in rows if row.get("name") == self._name), None)

    def beat(self) -> None:
        """One sign of life; notices when the lock is gone."""
        body = {"metadata": self._metadata()}
        try:
            self._transport.send(
                Request(
                    "PATCH", f"/v1/folders/{self.id}", "keep the lock", body=body, awaited=Awaited.BY_NOBODY
                )
            )
        except NotFound:
            self._lost.set()

    def announce(self, writes: Collection[str]) -> bool:
        """Say of more names that they are written; whether that was news. It costs a write then."""
        more = _short_names(writes)
        if self._writes is None or (more is not None and more <= self._writes):
            return False
        self._writes = None if more is None else self._writes | more
        self.beat()
        return True

    def keep(self) -> None:
        """Give signs of life until released; one that fails is no reason to stop."""
        while not self._released.wait(self._terms.beat):
            with contextlib.suppress(RemoteError):
                self.beat()

    def abandon(self) -> None:
        """Leave it for the time something is still under way: others get it when it expires."""
        self.is_abandoned = True
        self._released.set()

    def release(self) -> None:
        """Give it back, unless it was abandoned; also one of which we do not know the id, or a wrong one."""
        self._released.set()
        if self.is_abandoned:
            return
        is_unknown = not self.id and self._is_in_doubt
        if is_unknown or (self.id and not self._given_back()):
            holder = self.holder(Awaited.AT_ITS_END)
            self.id = holder.id if holder is not None and holder.owner == self.owner else ""
            if self.id:
                self._given_back()

    def _given_back(self) -> bool:
        """Delete the folder of our id; whether it was there."""
        path, task = f"/v1/folders/{self.id}", "give the lock back"
        try:
            self._transport.send(Request("DELETE", path, task, awaited=Awaited.AT_ITS_END))
        except NotFound:
            return False
        return True

    def _try(self) -> RemoteError | None:
        """None once it is ours, else what the server said."""
        body = {
            "name": self._name,
            "description": "held while resources are made; gone in seconds",
            "embedding_config": _NO_EMBEDDING,
            "metadata": self._metadata(),
        }
        request = Request("POST", "/v1/folders/", "take the lock", Safety.CREATE, body=body)
        before, self._is_in_doubt = self._is_in_doubt, True
        try:
            self.id = str(checked_rows([self._transport.send(request)], request.task)[0]["id"])
        except Conflict as refusal:
            self._is_in_doubt = before
            return refusal
        except (UnknownOutcome, MalformedAnswer) as refusal:
            return refusal
        return None

    def _metadata(self) -> dict[str, Any]:
        expires = self._terms.now() + timedelta(seconds=self._terms.seconds)
        signature = self._terms.signature
        return {
            _ENTRY: {
                "owner": self.owner,
                "who": signature.who,
                "process": dict(signature.process),
                "since": self._since,
                "expires": expires.isoformat(),
                **({} if self._writes is None else {"writes": sorted(self._writes)}),
            }
        }

    def _held(self, holder: RemoteHolder) -> LockHeld:
        known = holder.is_a_lock
        return LockHeld(
            f"somebody else is making resources: {holder}",
            why=f"two at once would make things twice; {self._name!r} on the server is theirs "
            + (f"until {holder.expires.isoformat(' ', 'seconds')}, and renewed" if known else "for good"),
            hint="wait for it (--lock-timeout SECONDS); if it is gone: " + self._terms.unlock_command,
        )


@contextmanager
def remotely_held(
    transport: Sends, name: str, terms: RemoteTerms, writes: Collection[str] | None = None
) -> Iterator[RemoteLock]:
    """The lock for the time of the block, kept alive by a thread."""
    lock = RemoteLock(transport, name, terms, writes)
    beating = threading.Thread(target=lock.keep, name="remote-lock", daemon=True)
    try:
        lock.acquire()
        beating.start()
        yield lock
    finally:
        with contextlib.suppress(RemoteError):  # one that cannot be given back expires
            lock.release()


def short_name(name: str) -> str:
    """What a lock says of a name: a thousand of them must fit."""
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def _short_names(names: Collection[str] | None) -> frozenset[str] | None:
    """None for more than a lock can name."""
    if names is None or len(names) > _MOST_NAMES:
        return None
    return frozenset(map(short_name, names))


def take_away(transport: Sends, holder: RemoteHolder) -> None:
    """Take a lock away from this holder, and from no other."""
    with contextlib.suppress(NotFound):
        transport.send(Request("DELETE", f"/v1/folders/{holder.id}", "take the lock away"))


class _Watch:
    """Tells a dead holder from one that is at work."""

    def __init__(self, terms: RemoteTerms) -> None:
        self._terms = terms
        self._sign: tuple[str, datetime] | None = None
        self._since = terms.clock()

    def is_gone(self, holder: RemoteHolder) -> bool:
        """Whether its lock may be taken away."""
        terms = self._terms
        sign = (holder.id, holder.expires)
        if sign != self._sign:
            self._sign, self._since = sign, terms.clock()
        stands_still = holder.is_a_lock and terms.clock() - self._since > terms.seconds
        return stands_still or terms.is_over(holder)


def holder_of(row: Mapping[str, Any]) -> RemoteHolder:
    """Whatever is not as we write it counts as held for good: a person has to look."""
    metadata = row.get("metadata")
    entry = metadata.get(_ENTRY) if isinstance(metadata, dict) else None
    known = entry if isinstance(entry, dict) else {}
    try:
        expires = datetime.fromisoformat(str(known.get("expires")))
    except ValueError:
        expires = datetime.max.replace(tzinfo=UTC)
    if expires.tzinfo is None:
        expires = expires.replace(tzinfo=UTC)
    process = known.get("process")
    pairs = process.items() if isinstance(process, dict) else ()
    signature = Signature(str(known.get("who") or ""), {str(key): str(value) for key, value in pairs})
    writes = known.get("writes")
    return RemoteHolder(
        str(row["id"]),
        str(known.get("owner") or ""),
        signature,
        str(known.get("since") or ""),
        expires,
        frozenset(map(str, writes)) if isinstance(writes, list) else None,
    )
