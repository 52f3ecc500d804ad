"""Which agents are at work right now, and which runs only say so.

In: server ids of agents. Out: those with a run in flight, in one request, and one more for each run that is
minutes old: without progress it hangs, and counts for nothing. It must not wait for anything.

A message to a conversation that is not streamed leaves a run in `created` for ever, and so does a server that
dies; nobody ends those (letta 0.16.8, measured).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from reconciler.errors import NotFound
from reconciler.remote.http.pages import OLDEST_FIRST, Gets, first_page, list_rows

_MOST_IDS = 40
"""More would make an address line servers refuse; then all runs are asked for."""
PATIENCE = timedelta(minutes=5)
"""A run that did nothing for so long hangs: a model that takes longer for one answer is given up by Letta."""
_FORGOTTEN = timedelta(hours=1)
"""A run that is older is not asked after."""
_TASK = "look for agents that are running"


@dataclass(frozen=True, slots=True)
class Hanging:
    """A run that has not ended and makes no progress."""

    id: str
    agent_id: str
    status: str
    age: timedelta


@dataclass(frozen=True, slots=True)
class InFlight:
    """What is going on among some agents."""

    running: frozenset[str] = frozenset()
    """Server ids of agents at work."""
    hanging: tuple[Hanging, ...] = ()
    """Runs that count for nothing, oldest first."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Runs:
    """The runs of one server."""

    transport: Gets
    now: Callable[[], datetime] = _now
    patience: timedelta = PATIENCE

    def in_flight(self, agent_ids: Collection[str]) -> InFlight:
        """What these agents are at; nothing on a server that does not tell."""
        ids = sorted(set(agent_ids))
        query = [("active", "true"), OLDEST_FIRST]
        query += [("agent_ids", id_) for id_ in ids] if len(ids) <= _MOST_IDS else []
        try:
            rows = list_rows(self.transport, "/v1/runs/", _TASK, tuple(query))
        except NotFound:
            return InFlight()
        rows = [row for row in rows if row.get("agent_id") in ids]
        hanging = tuple(self._hanging(rows))
        ids_of_hanging = {each.id for each in hanging}
        running = frozenset(str(row["agent_id"]) for row in rows if str(row.get("id")) not in ids_of_hanging)
        return InFlight(running, hanging)

    def _hanging(self, rows: list[dict[str, Any]]) -> Iterator[Hanging]:
        for row in rows:
            began = _instant(row.get("created_at"))
            age = self.now() - began if began else timedelta()
            if age >= _FORGOTTEN or (age >= self.patience and not self._moved(row)):
                yield Hanging(str(row.get("id")), str(row["agent_id"]), str(row.get("status")), age)

    def _moved(self, row: dict[str, Any]) -> bool:
        """Whether the run said anything lately."""
        newest = (("order", "desc"),)
        try:
            said, _ = first_page(self.transport, f"/v1/runs/{row.get('id')}/messages", _TASK, newest, most=1)
        except NotFound:
            return False
        spoke = max((each for each in map(_spoken, said) if each), default=None)
        return spoke is not None and self.now() - spoke < self.patience


def _spoken(message: Any) -> datetime | None:
    return _instant(message.get("date")) if isinstance(message, dict) else None


def _instant(text: object) -> datetime | None:
    """A time of the server, which leaves out the zone now and then; None when it is none."""
    try:
        read = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
