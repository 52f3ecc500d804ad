"""Block values and archival memory while agents are at work, as the server has them.

In: server ids and texts. Out: values and rows. It must not decide what may be written: limits are checked
before this, for the server checks none (letta 0.16.8, measured).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reconciler.errors import MalformedAnswer
from reconciler.remote.http.pages import OLDEST_FIRST, Rows, checked_rows, list_rows
from reconciler.remote.http.retry import Safety
from reconciler.remote.http.transport import Request, Sends
from reconciler.remote.marks.markers import run_time_tags
from reconciler.values import Owner

_SLOW = 600.0
"""Seconds for a block update: each agent it hangs on is rewritten, in 90 ms (letta 0.16.8, measured)."""


class Memory:
    """Blocks and archival passages; thread-safe."""

    def __init__(self, transport: Sends) -> None:
        self._transport = transport

    def block(self, block_id: str) -> Mapping[str, Any]:
        """One block."""
        return _row(self._transport.get(f"/v1/blocks/{block_id}", f"read {block_id}"), block_id)

    def blocks_of(self, agent_id: str) -> Rows:
        """Everything that hangs on an agent."""
        task = f"read the memory of {agent_id}"
        agent = self._transport.get(f"/v1/agents/{agent_id}", task, (("include", "agent.blocks"),))
        return checked_rows(_row(agent, agent_id).get("blocks"), task)

    def write(self, block_id: str, value: str, before: Callable[[], None] | None = None) -> None:
        """Replace a value; `before` is called right before each attempt and may raise."""
        request = Request(
            "PATCH",
            f"/v1/blocks/{block_id}",
            f"write {block_id}",
            body={"value": value},
            timeout=_SLOW,
            before=before,
        )
        self._transport.send(request)

    def made_at_run_time(self, owner: Owner, label: str) -> Rows:
        """Blocks of one user's set that a program made, oldest first."""
        task = f"look for block {label} of {owner}"
        query = [("tags", tag) for tag in run_time_tags(owner)]
        query += [("match_all_tags", "true"), OLDEST_FIRST]
        rows = list_rows(self._transport, "/v1/blocks/", task, tuple(query))
        return [row for row in rows if row.get("label") == label]

    def make(self, owner: Owner, label: str, value: str) -> str:
        """A block no manifest knows; its id."""
        body = {"label": label, "value": value, "tags": run_time_tags(owner)}
        request = Request("POST", "/v1/blocks/", f"make block {label} of {owner}", Safety.CREATE, body=body)
        return str(_row(self._transport.send(request), label)["id"])

    def attach(self, block_id: str, agent_id: str) -> None:
        """Hang a block on an agent; once more changes nothing."""
        path = f"/v1/agents/{agent_id}/core-memory/blocks/attach/{block_id}"
        self._transport.send(Request("PATCH", path, f"attach {block_id} to {agent_id}"))

    def insert(self, agent_id: str, text: str, tags: Sequence[str]) -> Rows:
        """Put a text into archival memory; a long one becomes several passages."""
        task = f"insert into the archival memory of {agent_id}"
        request = Request(
            "POST",
            f"/v1/agents/{agent_id}/archival-memory",
            task,
            Safety.CREATE,
            body={"text": text, "tags": list(tags)},
        )
        return checked_rows(self._transport.send(request), task)

    def search(self, agent_id: str, query: str, tags: Sequence[str], limit: int) -> list[dict[str, Any]]:
        """Passages in the server's order, nearest first; its scores are 0.0 (letta 0.16.8, measured)."""
        body: dict[str, Any] = {"query": query, "agent_id": agent_id, "limit": limit}
        if tags:
            body |= {"tags": list(tags), "tag_match_mode": "all"}
        task = f"search the archival memory of {agent_id}"
        answer = self._transport.send(Request("POST", "/v1/passages/search", task, Safety.READ, body=body))
        if not isinstance(answer, list) or not all(isinstance(hit, dict) for hit in answer):
            raise MalformedAnswer(f"the answer is not a list: {task}")
        return answer


def _row(answer: object, what: str) -> Mapping[str, Any]:
    if not isinstance(answer, dict) or not isinstance(answer.get("id"), str):
        raise MalformedAnswer(f"the answer has no id: {what}")
    return answer
