"""What agents said and hold, as far as the product asks for it; models and embeddings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.simulated.listing import page
from tests.simulated.models import EMBEDDINGS, MODELS
from tests.simulated.store import Row
from tests.simulated.world import World, found

if TYPE_CHECKING:
    from tests.simulated.letta import Asked, Handler


_FIRST: dict[str, tuple[tuple[str, ...], ...]] = {
    "letta_v1_agent": (("system_message",),),
    "sleeptime_agent": (("system_message",), ("user_message",)),
}
"""What is shown of the messages a new agent begins with, by its type."""
_FIRST_OF_OTHERS = (("system_message",), ("reasoning_message", "assistant_message"), (), ("user_message",))


def first_messages(world: World, agent: Row) -> list[str]:
    """Ids of the messages a new agent begins with."""
    ids = []
    for kinds in _FIRST.get(agent["agent_type"], _FIRST_OF_OTHERS):
        message = world.messages.add({"date": world.clock.now()})
        world.said.setdefault(agent["id"], []).extend({**message, "message_type": kind} for kind in kinds)
        ids.append(str(message["id"]))
    return ids


class Said:
    """Messages, passages, runs and conversations; nobody runs anything here."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> Iterator[tuple[str, str, Handler]]:
        yield "GET", "/v1/agents/*/messages", self._messages
        yield "GET", "/v1/agents/*/archival-memory", self._passages
        yield "GET", "/v1/conversations/", lambda asked: []
        yield "GET", "/v1/archives/", lambda asked: []
        yield "GET", "/v1/runs/", lambda asked: []
        yield "GET", "/v1/models/", lambda asked: [{"handle": each} for each in MODELS]
        yield "GET", "/v1/models/embedding", lambda asked: [{"handle": each} for each in EMBEDDINGS]

    def _messages(self, asked: Asked, agent: str) -> list[Row]:
        found(self._world.agents, agent)
        rows = self._world.said.get(agent, ())  # made at once: one order
        return page(rows, {**asked.query, "order": ["asc"]})

    def _passages(self, asked: Asked, agent: str) -> list[Row]:
        found(self._world.agents, agent)
        return _plain(page((r for r in self._world.passages if r["agent_id"] == agent), asked.query))


def _plain(rows: list[Row]) -> list[Row]:
    """Whose they are is not shown."""
    return [{name: value for name, value in row.items() if name != "agent_id"} for row in rows]
