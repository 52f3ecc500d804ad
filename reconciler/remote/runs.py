"""Which agents are at work right now.

In: server ids of agents. Out: those with a run in flight, in one request. It must not wait for anything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from reconciler.errors import NotFound
from reconciler.remote.pages import OLDEST_FIRST, Gets, list_rows

_MOST_IDS = 40
"""More would make an address line servers refuse; then all runs are asked for."""
_FORGOTTEN = timedelta(hours=1)
"""A run that is older was left behind by a server that died; nobody ends those."""


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
        query = [("active", "true"), OLDEST_FIRST]
        query += [("agent_ids", id_) for id_ in ids] if len(ids) <= _MOST_IDS else []
        try:
            rows = list_rows(self.transport, "/v1/runs/", "look for agents that are running", tuple(query))
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
