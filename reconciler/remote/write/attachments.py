"""Hangs blocks, tools and sources on an agent and takes them off: one path for all of them.

In: an Attach or Detach. Out: a request that may be repeated. It must not create or delete anything.
"""

from __future__ import annotations

import threading
from urllib.parse import quote

from reconciler.errors import Conflict, NotFound, RemoteError
from reconciler.remote.encode.agent import builtin_tool
from reconciler.remote.encode.common import Ids
from reconciler.remote.http.pages import OLDEST_FIRST, list_rows
from reconciler.remote.http.rows import rows
from reconciler.remote.http.transport import Request, Sends
from reconciler.remote.write.answer_checks import made
from reconciler.values import Attach, Detach

_PATHS = {"blocks": "core-memory/blocks", "tools": "tools", "sources": "folders"}


class BuiltinTools:
    """Ids of tools by name; they differ from server to server. All are asked for at once.

    A list by name would make the server write all of its own tools anew (letta 0.16.8, measured).
    """

    def __init__(self, transport: Sends) -> None:
        self._transport = transport
        self._lock = threading.Lock()
        self._ids: dict[str, str] = {}

    def id_of(self, name: str) -> str:
        """The id of the tool of this name; NotFound when the server has none."""
        with self._lock:
            if name not in self._ids:
                task = f"find the tool {name}"
                rows = list_rows(self._transport, "/v1/tools/", task, (OLDEST_FIRST,))
                self._ids = {str(row.get("name")): row["id"] for row in rows}
            if name not in self._ids:
                raise NotFound(
                    f"the server has no tool {name}", hint="declare it under tools, or fix the name"
                )
            return self._ids[name]


def change(transport: Sends, tools: BuiltinTools, operation: Attach | Detach, ids: Ids) -> bool:
    """Attach or detach; what is attached already, or off already, is fine. False where files of an attached
    source stay closed to the agent."""
    agent = ids.of(operation.address)
    is_attach = isinstance(operation, Attach)
    verb = "attach" if is_attach else "detach"
    task = f"{verb} {operation.field}[{operation.item}] of {operation.address}"
    try:
        target = _target(tools, operation, ids)
        path = f"/v1/agents/{agent}/{_PATHS[operation.field]}/{verb}/{quote(target)}"
        transport.send(Request("PATCH", path, task))
    except NotFound:
        if is_attach:
            raise
    except Conflict:
        if not (is_attach and operation.field == "sources" and _has_source(transport, operation, ids)):
            raise
        return False
    except KeyError as error:
        raise RemoteError(f"nothing of the kind can be attached: {task}") from error
    return True


def _has_source(transport: Sends, attach: Attach | Detach, ids: Ids) -> bool:
    """A source that was taken off once is put back, and only then the server stumbles over the files it had
    put on the agent before: 409 `uq_file_agent`. It answers the same to an open of such a file; only another
    upload puts it on the agent again (letta 0.16.8, measured)."""
    path = f"/v1/agents/{ids.of(attach.address)}"
    row = transport.get(path, f"look at {attach.address}", (("include", "agent.sources"),))
    return ids.of(attach.target) in {
        each.get("id") for each in rows(made(row, attach.address), "sources", "agent")
    }


def _target(tools: BuiltinTools, operation: Attach | Detach, ids: Ids) -> str:
    name = builtin_tool(operation.target) if operation.field == "tools" else ""
    return tools.id_of(name) if name and not ids.knows(name) else ids.of(operation.target)
