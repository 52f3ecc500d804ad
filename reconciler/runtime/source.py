"""One source in use: put knowledge into it, search it.

In: texts and queries. Out: hits. What is added at run time is a file of the source, embedded by the server
and seen by every agent that has the source. Files are seeded, so a plan calls it learned and keeps it.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable

from reconciler.runtime.errors import EmbeddingFailed, NotThere
from reconciler.runtime.memory import query_vector
from reconciler.runtime.search_hit import Hit, cosine
from reconciler.runtime.services import Parts
from reconciler.values import Address

_MANY = 50
"""What the server's tool finds at most."""
_NOT_PLAIN = re.compile(r"[^\w.-]+")


class SourceHandle:
    """A source of one user."""

    def __init__(
        self,
        parts: Parts,
        address: Address,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._parts = parts
        self._sleep = sleep
        self._clock = clock
        self.address = address

    def __repr__(self) -> str:
        return f"<SourceHandle {self.address}>"

    def add(self, text: str, name: str | None = None, *, timeout: float = 60.0) -> str:
        """Store a text and wait until it can be found; the name of its file.

        Without a name it is named after its content: the same insight twice is one file.
        """
        file_name = _file_name(text, name)
        upload = self._parts.knowledge.upload
        folder_id = ""

        def put(found: str) -> str:
            nonlocal folder_id
            folder_id = found
            return upload(found, file_name, text.encode())

        self._parts.directory.check_own(self.address)
        file_id = self._parts.directory.use(self.address, put)
        self._wait(folder_id, file_id, file_name, timeout)
        return file_name

    def files(self) -> list[str]:
        """Names of all files, oldest first: those of the manifests, and those added at run time."""
        return self._parts.directory.use(self._meant, self._parts.knowledge.files)

    def remove(self, name: str) -> None:
        """Take out a file by the name `add` gave, or a hit has; from then on no agent finds what is in it.

        NotThere when the source has no such file. One that the manifests declare comes back with an apply.
        """
        self._parts.directory.check_own(self.address)
        remove = self._parts.knowledge.remove
        if not self._parts.directory.use(self.address, lambda found: remove(found, name)):
            known = ", ".join(self.files()) or "none"
            raise NotThere(f"{self.address} has no file {name}", why=f"it has: {known}")

    def search(self, query: str, limit: int = 5, *, scores: bool = False) -> list[Hit]:
        """The nearest passages, nearest first.

        Two requests find them in the server's order. With `scores` every passage of the source is compared
        here, and each hit says how near it is: that reads some 40 kB a passage, so it is for small sources.
        """
        if not scores:
            hits = self._parts.directory.use(self._meant, lambda found: self._ordered(found, query, limit))
            if hits is not None:
                return hits
        return self._parts.directory.use(self._meant, lambda found: self._scored(found, query, limit))

    @property
    def _meant(self) -> Address:
        return self._parts.directory.meant(self.address)

    def _ordered(self, folder_id: str, query: str, limit: int) -> list[Hit] | None:
        """None when no agent has the source: only an agent's tool can search it."""
        knowledge = self._parts.knowledge
        agents = sorted(knowledge.attached_agents(folder_id))
        if not agents:
            return None
        folder = self._parts.directory.find(self._meant).server_name
        found = knowledge.search(agents[0], query, limit)
        if any(hit.folder != folder for hit in found):  # the agent has other sources as well
            found = knowledge.search(agents[0], query, _MANY)
        mine = [hit for hit in found if hit.folder == folder]
        return [Hit(hit.text, file=hit.file) for hit in mine[:limit]]

    def _scored(self, folder_id: str, query: str, limit: int) -> list[Hit]:
        passages = self._parts.knowledge.passages(folder_id)
        config = next((row.get("embedding_config") for row in passages), None) or {}
        vector = query_vector(self._parts.knowledge, self._parts.session.project, config.get("handle"), query)
        hits = [
            Hit(
                str(row.get("text") or ""),
                cosine(vector, row.get("embedding") or ()),
                str(row.get("file_name") or "").rpartition("/")[2],
                id=row["id"],
            )
            for row in passages
        ]
        return sorted(hits, key=lambda hit: -(hit.score if hit.score is not None else -1.0))[:limit]

    def _wait(self, folder_id: str, file_id: str, file_name: str, timeout: float) -> None:
        deadline, pause = self._clock() + timeout, 0.05
        while True:
            state = self._parts.knowledge.state(folder_id, file_id)
            status = state.get("processing_status")
            if status == "completed":
                return
            if status == "error" or self._clock() > deadline:
                raise EmbeddingFailed(
                    f"{file_name} is in {self.address} but cannot be searched",
                    why=str(state.get("error_message") or "")
                    if status == "error"
                    else f"the server is still {status} after {timeout:g} s",
                    hint="check that the server reaches its embedding model: reconciler doctor",
                )
            self._sleep(pause)
            pause = min(pause * 1.5, 1.0)


def _file_name(text: str, name: str | None) -> str:
    if name is None:
        return f"insight-{hashlib.sha256(text.encode()).hexdigest()[:12]}.md"
    plain = _NOT_PLAIN.sub("-", name).strip("-.") or "note"
    return plain if "." in plain else f"{plain}.md"
