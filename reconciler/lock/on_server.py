"""A lock on the Letta server: a folder whose name is the lock.

In: a transport and the name of a lock. Out: the store of that lock. Names of folders are unique on the
server, the only such thing it offers: of any number of creates at once one is answered 200, the others 409
(letta 0.16.8, measured). The folder holds nothing, is attached to nothing and is gone with the lock, which
is deleted by the id of its folder. A lock costs two writes, and one for each sign of life.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from reconciler.errors import Conflict, LockHeld, MalformedAnswer, NotFound, UnknownOutcome
from reconciler.lock.holder import Entry, Holder, Signature
from reconciler.lock.lock import Lock, LockTerms, Refused, held
from reconciler.remote.http.pages import checked_rows
from reconciler.remote.http.retry import Safety
from reconciler.remote.http.transport import Request, Sends
from reconciler.remote.marks.markers import KEY
from reconciler.remote.write.safe_create import PATIENCE
from reconciler.waits import Awaited, Waits

PREFIX = f"{KEY} lock "
_ENTRY = f"{KEY}-lock"
_NO_EMBEDDING = {
    "embedding_model": "none",
    "embedding_endpoint_type": "openai",
    "embedding_dim": 1,
    "embedding_chunk_size": 1,
}
"""A folder must have one; nothing is ever put into this one."""


class OnServer:
    """The store of one lock; knows the id of the folder once the lock is ours."""

    task = "take the lock on the server"
    rival = "somebody else's lock on the server"

    def __init__(self, transport: Sends, name: str) -> None:
        self._transport = transport
        self._name = name
        self._is_in_doubt = False
        """Whether a folder may be there whose id we were never told."""
        self.id = ""

    def take(self, entry: Entry) -> Refused | None:
        """None once the folder is ours, also by a create whose answer was lost."""
        body = {
            "name": self._name,
            "description": "held while resources are made; gone in seconds",
            "embedding_config": _NO_EMBEDDING,
            "metadata": _metadata(entry),
        }
        request = Request("POST", "/v1/folders/", "take the lock", Safety.CREATE, body=body)
        before, self._is_in_doubt = self._is_in_doubt, True
        try:
            self.id = str(checked_rows([self._transport.send(request)], request.task)[0]["id"])
        except Conflict as refusal:
            self._is_in_doubt = before
            return self._refused(entry, refusal)
        except (UnknownOutcome, MalformedAnswer) as refusal:
            return self._refused(entry, refusal)
        return None

    def renew(self, entry: Entry) -> bool:
        """False when the folder is gone."""
        path, body = f"/v1/folders/{self.id}", {"metadata": _metadata(entry)}
        request = Request("PATCH", path, "keep the lock", body=body, awaited=Awaited.BY_NOBODY)
        try:
            self._transport.send(request)
        except NotFound:
            return False
        return True

    def give_back(self, owner: str) -> None:
        """Delete the folder; also one of which we do not know the id, or a wrong one."""
        is_unknown = not self.id and self._is_in_doubt
        if is_unknown or (self.id and not self._delete()):
            holder = self.holder(Awaited.AT_ITS_END)
            self.id = holder.id if holder is not None and holder.owner == owner else ""
            if self.id:
                self._delete()

    def holder(self, awaited: Awaited = Awaited.BY_THE_RUN) -> Holder | None:
        """Who has the folder, dead or alive."""
        task, query = f"look who holds {self._name!r}", (("name", self._name),)
        request = Request("GET", "/v1/folders/", task, Safety.READ, query, awaited=awaited)
        rows = checked_rows(self._transport.send(request), task)
        return next((holder_of(row) for row in rows if row.get("name") == self._name), None)

    def take_away(self, holder: Holder) -> None:
        """Delete the folder of this holder."""
        take_away(self._transport, holder)

    def refusal(self, holder: Holder) -> LockHeld:
        """Somebody on some machine makes resources."""
        until = f"until {holder.expires.isoformat(' ', 'seconds')}, and renewed"
        return LockHeld(
            f"somebody else is making resources: {holder}",
            why=f"two at once would make things twice; {self._name!r} on the server is theirs "
            + (until if holder.is_a_lock else "for good"),
            hint="wait for it (--lock-timeout SECONDS); if it is gone: ",
        )

    def _refused(self, entry: Entry, error: Conflict | UnknownOutcome | MalformedAnswer) -> Refused | None:
        holder = self.holder()
        if holder is not None and holder.owner == entry.owner:
            self.id = holder.id  # our own create, whose answer was lost
            return None
        return Refused(holder, error)

    def _delete(self) -> bool:
        """Delete the folder of our id; whether it was there."""
        path, task = f"/v1/folders/{self.id}", "give the lock back"
        try:
            self._transport.send(Request("DELETE", path, task, awaited=Awaited.AT_ITS_END))
        except NotFound:
            return False
        return True


def server_lock(
    transport: Sends, name: str, terms: LockTerms, writes: Collection[str] | None = None
) -> AbstractContextManager[Lock]:
    """Hold the lock of this name for the time of a block; `writes` as in Lock."""
    return held(Lock(OnServer(transport, name), terms, writes))


def server_terms(
    patience: float = 0.0,
    unlock_command: str = "reconciler unlock --remote-lock",
    settle: float = PATIENCE,
    waits: Waits | None = None,
) -> LockTerms:
    """Terms of a lock on the server; `patience` and `settle` in seconds."""
    return LockTerms(patience=patience, unlock_command=unlock_command, settle=settle, waits=waits or Waits())


def take_away(transport: Sends, holder: Holder) -> None:
    """Take a lock away from this holder, and from no other."""
    with contextlib.suppress(NotFound):
        transport.send(Request("DELETE", f"/v1/folders/{holder.id}", "take the lock away"))


def holder_of(row: Mapping[str, Any]) -> Holder:
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
    return Holder(
        str(row["id"]),
        str(known.get("owner") or ""),
        signature,
        str(known.get("since") or ""),
        expires,
        frozenset(map(str, writes)) if isinstance(writes, list) else None,
    )


def _metadata(entry: Entry) -> dict[str, Any]:
    return {
        _ENTRY: {
            "owner": entry.owner,
            "who": entry.signature.who,
            "process": dict(entry.signature.process),
            "since": entry.since.isoformat(timespec="seconds"),
            "expires": entry.expires.isoformat(),
            **({} if entry.writes is None else {"writes": sorted(entry.writes)}),
        }
    }
