"""Brings over what a replaced resource has on the server alone.

In: a Carry, and the ids known so far. Out: requests that may be repeated: what the new resource has already
is left as it is. It must not look at what a plan writes, and ends only what the new one has by then.

    agent     archive (with its passages), identities, secrets nobody declares, late approvals
    source    files that were put there at run time, and the agents of others that it hangs on
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.errors import NotFound, RemoteError
from reconciler.kinds import approval_rules, parted_rules
from reconciler.remote.decode import file_name
from reconciler.remote.encode.common import Ids
from reconciler.remote.http.pages import Rows, list_rows
from reconciler.remote.http.transport import Request, Sends
from reconciler.remote.write.answer_checks import made
from reconciler.remote.write.folder_files import Sending
from reconciler.values import Carry, item_path, key_path

Query = tuple[tuple[str, str], ...]
Upload = Callable[[Sending], object]
"""Sends a file."""


def carry(transport: Sends, operation: Carry, ids: Ids, upload: Upload) -> None:
    """Everything; an old resource that is gone already has nothing left to bring."""
    task = f"bring over what came to {operation.address} at run time"
    carrying = _Carrying(transport, operation, ids.of(operation.address), task)
    try:
        if operation.address.kind == "agent":
            carrying.agent()
        else:
            carrying.source(upload, frozenset(ids.known.values()))
    except NotFound as error:
        if operation.old not in error.summary + error.why:
            raise


@dataclass(frozen=True, slots=True)
class _Carrying:
    transport: Sends
    operation: Carry
    new: str
    task: str

    def agent(self) -> None:
        old, new = self._agent(self.operation.old), self._agent(self.new)
        secrets = _secrets(new)
        more = {
            key: value
            for key, value in _secrets(old).items()
            if key not in secrets and key_path("secrets", key) not in self.operation.leave
        }
        if more:
            body = {"secrets": {**secrets, **more}}
            values = tuple(body["secrets"].values())
            self.transport.send(
                Request("PATCH", f"/v1/agents/{self.new}", self.task, body=body, secrets=values)
            )
        self._gates(old, new)
        for identity in sorted(_identities(old) - _identities(new)):
            self._patch(self.new, "identities/attach", identity)
        for archive in self._rows("/v1/archives/", (("agent_id", self.operation.old),)):
            self._patch(self.new, "archives/attach", str(archive["id"]))

    def _gates(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Tools that somebody made ask after the plan was made go on asking."""
        rules, asking = parted_rules(new.get("tool_rules") or ())
        _, asked = parted_rules(old.get("tool_rules") or ())
        more = {
            tool
            for tool in set(asked) - set(asking)
            if item_path("approvals", tool) not in self.operation.leave
        }
        if more:
            body = {"tool_rules": [*rules, *approval_rules({*asking, *more})]}
            self.transport.send(Request("PATCH", f"/v1/agents/{self.new}", self.task, body=body))

    def source(self, upload: Upload, ours: frozenset[str]) -> None:
        """Whoever has the old source keeps it until it ends, so that a run that dies forgets nobody. Only its
        files go first: an agent cannot have two of one path, and a mere detach leaves the path taken (letta
        0.16.8, measured)."""
        there = {file_name(row) for row in self._files(self.new)}
        for name, content in list(self._contents(there)):
            upload(Sending(self.new, name, content, self.task))
        for row in self._files(self.operation.old):
            path = f"/v1/folders/{self.operation.old}/{row['id']}"
            self.transport.send(Request("DELETE", path, self.task))
        for agent in self._agents_of_others(ours):
            self._patch(agent, "folders/attach", self.new)

    def _contents(self, there: set[str]) -> Iterator[tuple[str, bytes]]:
        for row in self._files(self.operation.old):
            name = file_name(row)
            if name not in there and item_path("files", name) not in self.operation.leave:
                yield name, self._content(name, row)

    def _content(self, name: str, row: Mapping[str, Any]) -> bytes:
        """The server keeps the text of a file, not the file; of a text both are the same."""
        content = row.get("content")
        data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else b""
        if len(data) != row.get("file_size"):
            raise RemoteError(
                f"{self.operation.address}: {name} cannot be brought over",
                why="the server keeps the text it took out of the file, not the file; the old source stays",
                hint="upload it to the new source, delete it in the old one, then apply again",
            )
        return data

    def _agents_of_others(self, ours: frozenset[str]) -> list[str]:
        answer = self.transport.get(f"/v1/folders/{self.operation.old}/agents", self.task)
        return [str(each) for each in answer if each not in ours] if isinstance(answer, list) else []

    def _files(self, folder: str) -> Rows:
        return self._rows(f"/v1/folders/{folder}/files", (("include_content", "true"),))

    def _agent(self, agent: str) -> Mapping[str, Any]:
        query = (("include", "agent.secrets"), ("include", "agent.identities"))
        return made(self.transport.get(f"/v1/agents/{agent}", self.task, query), self.operation.address)

    def _rows(self, path: str, query: Query) -> Rows:
        return list_rows(self.transport, path, self.task, query)

    def _patch(self, agent: str, what: str, target: str) -> None:
        self.transport.send(Request("PATCH", f"/v1/agents/{agent}/{what}/{target}", self.task))


def _secrets(row: Mapping[str, Any]) -> dict[str, str]:
    secrets = row.get("secrets")
    found = secrets if isinstance(secrets, list) else []
    return {str(each["key"]): str(each.get("value") or "") for each in found if isinstance(each, dict)}


def _identities(row: Mapping[str, Any]) -> set[str]:
    ids = row.get("identity_ids")
    return {str(each) for each in ids} if isinstance(ids, list) else set()
