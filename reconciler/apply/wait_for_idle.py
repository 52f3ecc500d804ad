"""Which agents of a plan are running right now, and waiting until none is.

In: a plan and a way to ask the server. Out: what is in flight. One request for the whole plan, and none for a
plan that leaves existing agents alone. It must not change anything.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Protocol

from reconciler.plan import Plan
from reconciler.plan.deferred import disturbed
from reconciler.remote.read.running_agents import InFlight
from reconciler.waits import Waits


class Asks(Protocol):
    """Knows which agents have a run in flight."""

    def in_flight(self, agent_ids: Collection[str]) -> InFlight:
        """What these agents are at."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for agents; `sleep` and `clock` are injected by tests."""

    seconds: float = 600.0
    pause: float = 1.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    waits: Waits = field(default_factory=Waits)


def in_flight(plan: Plan, server: Asks) -> InFlight:
    """Agents this plan would disturb in the middle of a run."""
    ids = disturbed(plan)
    return server.in_flight(ids) if ids else InFlight()


def until_idle(plan: Plan, server: Asks, patience: Patience) -> InFlight:
    """Wait for them; what still runs when the patience is spent."""
    with patience.waits.waiting("look which agents have a run in flight") as waiting:
        deadline = patience.clock() + patience.seconds
        while (found := in_flight(plan, server)).running and patience.clock() < deadline:
            number = len(found.running)
            waiting.turns_to(f"wait for {number} agent{'' if number == 1 else 's'} with a run in flight")
            waiting.pause(patience.pause, patience.sleep)
    return found
