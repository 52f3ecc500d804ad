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
        return page((row for row in self._world.messages if row["agent_id"] == agent), asked.query)

    def _passages(self, asked: Asked, agent: str) -> list[Row]:
        found(self._world.agents, agent)
        return page((row for row in self._world.passages if row["agent_id"] == agent), asked.query)
