"""Which agents are at work right now.

In: server ids of agents. Out: those with a run in flight, in one request. It must not wait for anything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from reconciler.errors import NotFound
from reconciler.remote.pages import checked_rows

_MOST_IDS = 40
"""More would make an address line servers refuse; then all runs are asked for."""
_MOST_RUNS = "1000"
"""The server refuses more (letta 0.16.8, source)."""
_FORGOTTEN = timedelta(hours=1)
"""A run that is older was left behind by a server that died; nobody ends those."""


class Gets(Protocol):
    """What is asked of a transport."""

    def get(self, path: str, task: str, query: tuple[tuple[str, str], ...] = ()) -> Any:
        """The JSON a GET answers with."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Runs:
    """The runs of one server."""

    transport: Gets
    now: Callable[[], datetime] = _now

    def running(self, agent_ids: Collection[str]) -> frozenset[str]:
        """Those of the agents that have a run in flight; none on a server that does not tell."""
        ids = sorted(set(agent_ids))
        query = [("active", "true"), ("limit", _MOST_RUNS)]
        query += [("agent_ids", id_) for id_ in ids] if len(ids) <= _MOST_IDS else []
        task = "look for agents that are running"
        try:
            rows = checked_rows(self.transport.get("/v1/runs/", task, tuple(query)), task)
        except NotFound:
            return frozenset()
        return frozenset(str(row.get("agent_id")) for row in rows if self._is_recent(row)) & set(ids)

    def _is_recent(self, row: dict[str, Any]) -> bool:
        try:
            began = datetime.fromisoformat(str(row.get("created_at")))
        except ValueError:
            return True
        if began.tzinfo is None:
            began = began.replace(tzinfo=UTC)
        return self.now() - began < _FORGOTTEN
