"""A lock on the server itself, for machines that do not share a cache: a folder of a fixed name.

In: a transport, the project and who asks. Out: the right to apply, or LockHeld. Names of folders are unique
on the server, so of two that make it at once one gets a 409 (letta 0.16.8, measured): the claim is race-safe.
A holder that died is told by its expiry; its folder is deleted by id, so that two who take over cannot delete
each other's. What cannot hold: clocks that differ by more than the expiry, and a holder that stood still for
longer than it and wakes up with a write under way. It costs two writes, and one for each sign of life.
"""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from reconciler.errors import Conflict, LockHeld, MalformedAnswer, NotFound, RemoteError, UnknownOutcome
from reconciler.remote.markers import KEY
from reconciler.remote.pages import Rows, checked_rows
from reconciler.remote.retry import Safety
from reconciler.remote.transport import Request

_ENTRY = f"{KEY}-lock"
_NO_EMBEDDING = {"embedding_model": "none", "embedding_endpoint_type": "openai", "embedding_dim": 1}
"""A folder must have one; nothing is ever put into this one."""


class Sends(Protocol):
    """What is asked of a transport."""

    def get(self, path: str, task: str, query: tuple[tuple[str, str], ...] = ()) -> Any:
        """The JSON a GET answers with."""

    def send(self, request: Request) -> Any:
        """The JSON of the answer to any request."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class RemoteTerms:
    """Who asks, and how long things last; tests inject the rest."""

    who: str
    seconds: float = 180.0
    beat: float = 30.0
    patience: float = 0.0
    unlock_command: str = "reconciler unlock --remote-lock"
    pause: float = 0.5
    now: Callable[[], datetime] = _now
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class RemoteHolder:
    """Who holds the lock."""

    id: str
    owner: str
    who: str
    since: str
    expires: datetime

    def __str__(self) -> str:
        return f"{self.who or 'somebody'}, since {self.since or 'an unknown time'}"


class RemoteLock:
    """The lock of one project on one server."""

    def __init__(self, transport: Sends, project: str, terms: RemoteTerms) -> None:
        self._transport = transport
        self._terms = terms
        self._name = f"{_ENTRY} {project}"
        self._since = terms.now().isoformat(timespec="seconds")
        self._released = threading.Event()
        self._lost = threading.Event()
        self.owner = uuid.uuid4().hex
        self.id = ""

    @property
    def is_lost(self) -> bool:
        """Whether somebody else took it: nothing more may be written."""
        return self._lost.is_set()

    def acquire(self) -> None:
        """Take it, waiting as long as the terms say."""
        deadline = time.monotonic() + self._terms.patience
        while not self._try():
            holder = self.holder()
            if holder is None or holder.owner == self.owner:
                continue
            if holder.expires <= self._terms.now():
                self.remove(holder)
                continue
            if time.monotonic() >= deadline:
                raise LockHeld(
                    f"another apply of this project is running: {holder}",
                    why=f"it holds the lock on the server until {holder.expires.isoformat(' ', 'seconds')}",
                    hint="wait for it (--lock-timeout SECONDS); if it is gone: " + self._terms.unlock_command,
                )
            self._terms.sleep(self._terms.pause)

    def holder(self) -> RemoteHolder | None:
        """Who holds it, dead or alive."""
        task = "look at the lock"
        rows = checked_rows(self._transport.get("/v1/folders/", task, (("name", self._name),)), task)
        return next((_holder(row) for row in _named(rows, self._name)), None)

    def remove(self, holder: RemoteHolder) -> None:
        """Take it away from this holder, and from no other."""
        with contextlib.suppress(NotFound):
            self._transport.send(Request("DELETE", f"/v1/folders/{holder.id}", "take the lock away"))

    def beat(self) -> None:
        """One sign of life; notices when the lock is gone."""
        body = {"metadata": self._metadata()}
        try:
            self._transport.send(Request("PATCH", f"/v1/folders/{self.id}", "keep the lock", body=body))
        except NotFound:
            self._lost.set()

    def keep(self) -> None:
        """Give signs of life until released."""
        while not self._released.wait(self._terms.beat):
            with contextlib.suppress(RemoteError):
                self.beat()

    def release(self) -> None:
        """Give it back."""
        self._released.set()
        with contextlib.suppress(NotFound):
            self._transport.send(Request("DELETE", f"/v1/folders/{self.id}", "give the lock back"))

    def _try(self) -> bool:
        body = {"name": self._name, "embedding_config": _NO_EMBEDDING, "metadata": self._metadata()}
        request = Request("POST", "/v1/folders/", "take the lock", Safety.CREATE, body=body)
        try:
            self.id = str(checked_rows([self._transport.send(request)], request.task)[0]["id"])
        except (Conflict, UnknownOutcome, MalformedAnswer):
            holder = self.holder()
            if holder is None or holder.owner != self.owner:
                return False
            self.id = holder.id
        return True

    def _metadata(self) -> dict[str, Any]:
        expires = self._terms.now() + timedelta(seconds=self._terms.seconds)
        entry = {"owner": self.owner, "who": self._terms.who, "since": self._since}
        return {_ENTRY: {**entry, "expires": expires.isoformat()}}


@contextmanager
def remotely_held(transport: Sends, project: str, terms: RemoteTerms) -> Iterator[RemoteLock]:
    """The lock for the time of the block, kept alive by a thread."""
    lock = RemoteLock(transport, project, terms)
    lock.acquire()
    beating = threading.Thread(target=lock.keep, name="remote-lock", daemon=True)
    beating.start()
    try:
        yield lock
    finally:
        with contextlib.suppress(RemoteError):  # one that cannot be given back expires
            lock.release()


def _named(rows: Rows, name: str) -> Iterator[Mapping[str, Any]]:
    return (row for row in rows if row.get("name") == name)


def _holder(row: Mapping[str, Any]) -> RemoteHolder:
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
    text = {key: str(known.get(key) or "") for key in ("owner", "who", "since")}
    return RemoteHolder(str(row["id"]), text["owner"], text["who"], text["since"], expires)
