"""Which agents of a plan are running right now, and waiting until none is.

In: a plan and a way to ask the server. Out: server ids. One request for the whole plan, and none for a plan
that leaves existing agents alone. It must not change anything.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from reconciler.plan import Plan
from reconciler.plan.defer import disturbed


class Asks(Protocol):
    """Knows which agents have a run in flight."""

    def running(self, agent_ids: Collection[str]) -> frozenset[str]:
        """Those of the agents that have one."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for agents; `sleep` and `clock` are injected by tests."""

    seconds: float = 600.0
    pause: float = 1.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


def running_agents(plan: Plan, server: Asks) -> frozenset[str]:
    """Agents this plan would disturb in the middle of a run."""
    ids = disturbed(plan)
    return server.running(ids) if ids else frozenset()


def until_idle(plan: Plan, server: Asks, patience: Patience) -> frozenset[str]:
    """Wait for them; returns those that still run when the patience is spent."""
    deadline = patience.clock() + patience.seconds
    while (running := running_agents(plan, server)) and patience.clock() < deadline:
        patience.sleep(patience.pause)
    return running
