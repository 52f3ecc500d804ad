"""What is said to an agent and what it answers, as the server writes it.

In: agent ids and what is said. Out: rows as the server sends them. A message is a create: it is sent again
only where it certainly was not received. The server keeps the `otid` a message was sent with but takes a
second one of the same otid as well (letta 0.16.8, measured), so it serves to find a message again, never to
send it twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from reconciler.errors import MalformedAnswer
from reconciler.remote.http.pages import OLDEST_FIRST, Rows, checked_rows, first_page, list_rows
from reconciler.remote.http.retry import Safety
from reconciler.remote.http.transport import Request
from reconciler.remote.talk.said import Said

_LOOK_BACK = 200
_LATEST = ("order", "desc")
"""The page at the end of an agent's messages; rows of any page are oldest first (letta 0.16.8, measured)."""
_SLACK = 5.0
"""Seconds the transport waits beyond the caller's deadline, so that the deadline speaks first."""


class Talks(Protocol):
    """What is asked of a transport."""

    def get(self, path: str, task: str, query: Sequence[tuple[str, str]] = ()) -> Any:
        """The JSON a GET answers with."""

    def send(self, request: Request) -> Any:
        """The JSON of the answer to any request."""

    def stream(self, request: Request) -> Iterator[Mapping[str, Any]]:
        """The events of an answer that comes in pieces."""


class Messages:
    """The messages of all agents; thread-safe."""

    def __init__(self, transport: Talks) -> None:
        self._transport = transport

    def send(self, agent_id: str, said: Said, otid: str, timeout: float) -> Mapping[str, Any]:
        """The whole answer, once the agent is done."""
        request = _request(agent_id, "", said, otid, timeout)
        answer = self._transport.send(request)
        if not isinstance(answer, dict):
            raise MalformedAnswer(f"the answer is not an object: {request.task}")
        return answer

    def stream(self, agent_id: str, said: Said, otid: str, timeout: float) -> Iterator[Mapping[str, Any]]:
        """The answer as it is made; pings included, so that a deadline can be kept."""
        return self._transport.stream(_request(agent_id, "/stream", said, otid, timeout))

    def cancel(self, agent_id: str) -> None:
        """End whatever the agent is at; the server stops before its next step."""
        path = f"/v1/agents/{agent_id}/messages/cancel"
        self._transport.send(Request("POST", path, f"cancel what {agent_id} is at", body={}))

    def latest(self, agent_id: str, most: int, before: str = "") -> Rows:
        """What the agent said and heard last, at most so many messages, or the last of those before one of
        them; oldest first. One message may be several rows."""
        task = f"read the messages of {agent_id}"
        query = (_LATEST, *((("before", before),) if before else ()))
        answer, _ = first_page(self._transport, f"/v1/agents/{agent_id}/messages", task, query, most)
        return checked_rows(answer, task)

    def reset(self, agent_id: str) -> None:
        """Empty the agent's context but for its system prompt, which is made anew; the messages themselves
        stay on the server (letta 0.16.8, measured)."""
        path = f"/v1/agents/{agent_id}/reset-messages"
        body = {"add_default_initial_messages": False}
        self._transport.send(Request("PATCH", path, f"empty the context of {agent_id}", body=body))

    def pending(self, agent_id: str) -> Mapping[str, Any] | None:
        """The request for approval an agent waits with, if there is one."""
        task = f"look whether {agent_id} waits for approval"
        query = (("include", "agent.pending_approval"),)
        agent = self._transport.get(f"/v1/agents/{agent_id}", task, query)
        found = agent.get("pending_approval") if isinstance(agent, dict) else None
        return found if isinstance(found, dict) else None

    def received(self, agent_id: str, otid: str) -> Rows:
        """A message found by its otid, with everything the same run made of it; oldest first."""
        task = f"look whether {agent_id} received a message"
        path = f"/v1/agents/{agent_id}/messages"
        answer, _ = first_page(self._transport, path, task, (_LATEST,), _LOOK_BACK)
        rows = checked_rows(answer, task)
        runs = {row.get("run_id") for row in rows if row.get("otid") == otid}
        return [row for row in rows if row.get("run_id") in runs - {None}]

    def running(self, agent_id: str) -> frozenset[str]:
        """The agent's runs that have not ended."""
        task = f"look whether {agent_id} is busy"
        query = (("agent_id", agent_id), ("active", "true"), OLDEST_FIRST)
        rows = list_rows(self._transport, "/v1/runs/", task, query)
        return frozenset(str(row.get("id")) for row in rows if row.get("status") in ("created", "running"))


def _request(agent_id: str, what: str, said: Said, otid: str, timeout: float) -> Request:
    body: dict[str, Any] = {"messages": [said.row(otid)]}
    if what:
        body |= {"stream_tokens": True, "include_pings": True}
    return Request(
        "POST",
        f"/v1/agents/{agent_id}/messages{what}",
        f"send a message to {agent_id}",
        Safety.CREATE,
        body=body,
        timeout=timeout + _SLACK,
        is_patient=True,
    )
