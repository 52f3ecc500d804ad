"""One at a time among all machines that share a server: a folder whose name is the lock.

In: a name. Out: the right to go on, for the time of a block. Folder names are unique on a server, the only
such thing it offers (letta 0.16.8, measured): of any number of creates at once one is answered 200, the
others 409. The folder holds nothing, is attached to nothing and is gone again after the block. A holder that
died is told by its sign of life standing still, by the clock of who waits, so that no two clocks are ever
compared.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from reconciler.errors import Conflict, LockHeld, NotFound, RemoteError, UnknownOutcome
from reconciler.remote.memory import Sends
from reconciler.remote.pages import Rows, checked_rows
from reconciler.remote.retry import Safety
from reconciler.remote.transport import Request

_NO_EMBEDDING = {
    "embedding_endpoint_type": "openai",
    "embedding_model": "none",
    "embedding_dim": 1,
    "embedding_chunk_size": 1,
}
_PREFIX = "letta-reconciler lock"


@dataclass(frozen=True)
class LockTerms:
    """How long to wait; tests inject the clock."""

    patience: float = 120.0
    """Seconds to wait for another holder."""
    stale: float = 45.0
    """Seconds without a sign of life after which a holder counts as dead."""
    beat: float = 10.0
    """Seconds between signs of life."""
    pause: float = 0.15
    longest_pause: float = 1.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


@contextmanager
def named_lock(transport: Sends, name: str, terms: LockTerms | None = None) -> Iterator[None]:
    """Hold the lock of this name; LockHeld when somebody else keeps it longer than the patience."""
    lock = _NamedLock(transport, f"{_PREFIX} {name}", terms or LockTerms())
    lock.acquire()
    released = threading.Event()
    beating = threading.Thread(target=lock.keep, args=(released,), name="named-lock", daemon=True)
    beating.start()
    try:
        yield
    finally:
        released.set()
        beating.join(5)
        lock.release()


class _NamedLock:
    def __init__(self, transport: Sends, name: str, terms: LockTerms) -> None:
        self._transport = transport
        self._name = name
        self._terms = terms
        self._token = uuid.uuid4().hex
        self._id = ""
        self._beats = 0

    def acquire(self) -> None:
        terms = self._terms
        deadline, pause = terms.clock() + terms.patience, terms.pause
        seen: tuple[object, float] = (None, terms.clock())
        while not self._try():
            holder = self._holder()
            if holder is None:
                continue
            if holder.get("metadata", {}).get("token") == self._token:
                self._id = holder["id"]  # our own create, whose answer was lost
                return
            sign = (holder["id"], holder.get("metadata", {}).get("beat"))
            if sign != seen[0]:
                seen = (sign, terms.clock())
            elif terms.clock() - seen[1] > terms.stale:
                self._delete(holder["id"])
                continue
            if terms.clock() > deadline:
                raise LockHeld(
                    f"somebody else is at it: {self._name}",
                    why=f"the folder {holder['id']} says so and still shows signs of life",
                    hint="try again later",
                )
            terms.sleep(pause)
            pause = min(pause * 1.5, terms.longest_pause)

    def keep(self, released: threading.Event) -> None:
        """Show signs of life; one that fails is no reason to stop."""
        while not released.wait(self._terms.beat):
            self._beats += 1
            with suppress(RemoteError):
                self._transport.send(
                    Request("PATCH", f"/v1/folders/{self._id}", "keep a lock", body=self._metadata())
                )

    def release(self) -> None:
        """Give it back; a lock that cannot be given back goes stale."""
        with suppress(RemoteError):
            self._delete(self._id)

    def _try(self) -> bool:
        body: dict[str, Any] = {
            "name": self._name,
            "description": "held while one user's set is made; gone in seconds",
            "embedding_config": _NO_EMBEDDING,
            **self._metadata(),
        }
        try:
            made = self._transport.send(
                Request("POST", "/v1/folders/", f"take {self._name}", Safety.CREATE, body=body)
            )
        except (Conflict, UnknownOutcome):
            return False
        self._id = str(made["id"])
        return True

    def _metadata(self) -> dict[str, Any]:
        return {"metadata": {"token": self._token, "beat": self._beats}}

    def _holder(self) -> dict[str, Any] | None:
        task = f"look who holds {self._name}"
        found: Rows = checked_rows(self._transport.get("/v1/folders/", task, (("name", self._name),)), task)
        return found[0] if found else None

    def _delete(self, folder_id: str) -> None:
        with suppress(NotFound):
            self._transport.send(Request("DELETE", f"/v1/folders/{folder_id}", f"give back {self._name}"))
