"""The files of a source while agents are at work: add one, wait until it is embedded, search them all.

In: server ids, bytes and queries. Out: rows, and hits in the server's order. Files are searched by running
the tool of an attached agent, the only way there is over REST, and it names no score (letta 0.16.8,
measured).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.errors import Conflict, MalformedAnswer, RemoteError
from reconciler.remote.decode import file_name
from reconciler.remote.http.pages import OLDEST_FIRST, Rows, list_ids, list_rows
from reconciler.remote.http.retry import Safety
from reconciler.remote.http.transport import Request, Sends
from reconciler.remote.write.folder_files import FolderFiles, Sending

SEARCH_TOOL = "semantic_search_files"
_HIT = re.compile(r"^=== (?P<file>.*) \(passage #\d+\) ===\n", re.MULTILINE)
_SLOW = 120.0
_SCRATCH = "letta-reconciler scratch"


@dataclass(frozen=True, slots=True)
class FileHit:
    """One passage the search tool printed."""

    folder: str
    file: str
    text: str


class Knowledge:
    """Files of sources and what is found in them; thread-safe."""

    def __init__(self, transport: Sends) -> None:
        self._transport = transport

    def upload(self, folder_id: str, name: str, content: bytes) -> str:
        """Put a file in, replacing one of the same name; its id."""
        task = f"upload {name} to {folder_id}"
        sending = Sending(folder_id, name, content, task, Safety.REPEATABLE, _SLOW)
        files = FolderFiles(self._transport)
        try:
            answer = files.put(sending)
        except Conflict:
            answer = files.put(sending, [row["id"] for row in files.named(folder_id, name, task)])
        if not isinstance(answer, dict) or not isinstance(answer.get("id"), str):
            raise MalformedAnswer(f"the answer has no id: {task}")
        return str(answer["id"])

    def files(self, folder_id: str) -> list[str]:
        """Names of the files of a source, oldest first; RemoteError when there is no such source.

        Of a folder that is gone the server lists no files with 200 (measured, 0.16.8), so that an empty list
        costs one request more.
        """
        path, task = f"/v1/folders/{folder_id}", f"list the files of {folder_id}"
        rows = list_rows(self._transport, f"{path}/files", task, (OLDEST_FIRST,))
        if not rows:
            self._transport.get(path, task)
        return [file_name(row) for row in rows]

    def remove(self, folder_id: str, name: str) -> bool:
        """Take a file out, with its passages; whether there was one of this name."""
        files, task = FolderFiles(self._transport), f"take {name} out of {folder_id}"
        found = [row["id"] for row in files.named(folder_id, name, task)]
        if found:
            files.remove(folder_id, name, found, task)
        return bool(found)

    def state(self, folder_id: str, file_id: str) -> Mapping[str, Any]:
        """How far the server is with a file."""
        answer = self._transport.get(f"/v1/folders/{folder_id}/files/{file_id}", f"look at {file_id}")
        return answer if isinstance(answer, dict) else {}

    def attached_agents(self, folder_id: str) -> list[str]:
        """Ids of the agents that can search a source."""
        return list_ids(self._transport, f"/v1/folders/{folder_id}/agents", f"list the agents of {folder_id}")

    def search(self, agent_id: str, query: str, limit: int) -> list[FileHit]:
        """The nearest passages of all sources of an agent, nearest first."""
        task = f"search the files of {agent_id}"
        request = Request(
            "POST",
            f"/v1/agents/{agent_id}/tools/{SEARCH_TOOL}/run",
            task,
            Safety.READ,
            body={"args": {"query": query, "limit": limit}},
        )
        answer = self._transport.send(request)
        if not isinstance(answer, dict) or answer.get("status") != "success":
            said = answer.get("stderr") if isinstance(answer, dict) else None
            raise RemoteError(f"the search failed: {task}", why=" ".join(map(str, said or ()))[:300])
        return parse_hits(str(answer.get("func_return") or ""))

    def passages(self, folder_id: str) -> Rows:
        """Everything a source holds, in pieces, each with its vector: some 40 kB for each."""
        path, task = f"/v1/folders/{folder_id}/passages", f"list the passages of {folder_id}"
        return list_rows(self._transport, path, task, (OLDEST_FIRST,))

    def vector(self, project: str, embedding: str, text: str) -> list[float]:
        """What the server's embedding makes of a text.

        Only the insertion of a passage shows a vector. The passage goes into an archive of its own, which no
        agent sees and which is deleted with the passage before this returns; after a crash in between the
        archive stays, empty or with this one passage, under a name that says so.
        """
        body = {
            "name": f"{_SCRATCH} {project} {embedding}",
            "embedding": embedding,
            "description": "made for one search; may be deleted at any time",
        }
        archive = self._transport.send(
            Request("POST", "/v1/archives/", "make the scratch archive", Safety.CREATE, body=body)
        )
        path = f"/v1/archives/{archive['id']}"
        try:
            made = self._transport.send(
                Request("POST", f"{path}/passages", "embed a query", Safety.REPEATABLE, body={"text": text})
            )
        finally:
            self._transport.send(Request("DELETE", path, "take the scratch archive out again"))
        return list(made.get("embedding") or ())


def parse_hits(text: str) -> list[FileHit]:
    """The tool's printed page: each passage is indented by two blanks."""
    parts = _HIT.split(text)[1:]
    return [
        FileHit(*_folder_and_file(name), _unindented(body))
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    ]


def _unindented(body: str) -> str:
    return "\n".join(line.removeprefix("  ") for line in body.strip("\n").split("\n"))


def _folder_and_file(name: str) -> tuple[str, str]:
    folder, _, file = name.partition("/")
    return folder, file
