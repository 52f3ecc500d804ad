"""Files of folders: put in the place of others, and taken out.

In: server ids, names and bytes. Out: requests. It must not decide which files go: whoever asks names them by
their ids, and a file of the same name with another id is somebody else's.

A file is seen by agents as `folder/name`. `duplicate_handling=replace` would call the new one just `name`,
of which an agent has room for one in all its folders (letta 0.16.8, measured). So the old one is deleted
first, and the server refuses the new one when another of its name came in between. A run that dies in between
leaves no file; the next plan sends it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from reconciler.errors import Conflict, NotFound, RemoteError
from reconciler.remote.decode import file_name, is_upload_of
from reconciler.remote.http.pages import OLDEST_FIRST, Rows, list_rows
from reconciler.remote.http.retry import Safety
from reconciler.remote.http.transport import Request, Sends
from reconciler.values import FileContent

_SLOW = 600.0


@dataclass(frozen=True, slots=True)
class Sending:
    """One file on its way."""

    folder: str
    name: str
    content: bytes
    task: str
    safety: Safety = Safety.CREATE
    timeout: float = _SLOW


class FolderFiles:
    """The files of all folders; thread-safe."""

    def __init__(self, transport: Sends) -> None:
        self._transport = transport

    def put(self, sending: Sending, replaces: Collection[str] = ()) -> Any:
        """Send a file after those with these ids are gone; what the server says of it.

        Conflict when another one of its name is there. The same file, sent before, is fine.
        """
        if replaces:
            self.remove(sending.folder, sending.name, replaces, sending.task)
        try:
            return self._transport.send(
                Request(
                    "POST",
                    f"/v1/folders/{sending.folder}/upload",
                    sending.task,
                    sending.safety,
                    query=(("duplicate_handling", "error"), ("name", sending.name)),
                    file=(sending.name, sending.content),
                    timeout=sending.timeout,
                )
            )
        except RemoteError as error:
            if not (error.status == 400 and "already exists" in error.why):
                raise
            return self._there_already(sending, error)

    def remove(self, folder: str, name: str, ids: Collection[str], task: str) -> None:
        """Take out the files of a name that have these ids, or all of them; what is gone is fine."""
        for row in self.named(folder, name, task):
            if not ids or row["id"] in ids:
                self._delete(f"/v1/folders/{folder}/{row['id']}", task)

    def named(self, folder: str, name: str, task: str, *more: tuple[str, str]) -> Rows:
        """Every file of this name, oldest first."""
        rows = list_rows(self._transport, f"/v1/folders/{folder}/files", task, (OLDEST_FIRST, *more))
        return [row for row in rows if file_name(row) == name]

    def _there_already(self, sending: Sending, error: RemoteError) -> Any:
        rows = self.named(sending.folder, sending.name, sending.task, ("include_content", "true"))
        content = FileContent(hashlib.sha256(sending.content).hexdigest(), size=len(sending.content))
        same = [row for row in rows if is_upload_of(row, sending.name, content)]
        if len(rows) == len(same) == 1:
            return same[0]
        raise Conflict(
            f"{sending.name} was put there by somebody else meanwhile: {sending.task}",
            why=", ".join(str(row["id"]) for row in rows) or error.why,
            hint="make a new plan: it shows what is there",
        ) from error

    def _delete(self, path: str, task: str) -> None:
        try:
            self._transport.send(Request("DELETE", path, task))
        except NotFound:
            return
