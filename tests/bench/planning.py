"""How long it takes, and how much memory, to plan a large project; no server is involved.

In: a number of users. Out: seconds and peak megabytes for desired against live in memory. Simulated: the
live side is made from the desired one, as if it had just been applied.
"""

from __future__ import annotations

import resource
import time
from dataclasses import dataclass

from reconciler.plan import make_plan
from reconciler.values import (
    Address,
    Desired,
    DesiredResource,
    Live,
    LiveResource,
    Marker,
    Owner,
    Scope,
    digest,
)

RESOURCES_PER_USER = 12


@dataclass(frozen=True)
class Planning:
    """One measurement."""

    resources: int
    changes: int
    seconds: float
    peak_megabytes: float


def world(users: int) -> tuple[Desired, Live]:
    """`users` sets of six agents, each with a private block; every hundredth agent has drifted."""
    resources: dict[Address, DesiredResource] = {}
    live: dict[Address, LiveResource] = {}
    for number in range(users):
        owner = Owner("pattern", str(number))
        for name in ("pattern", "entropy", "flux", "archive", "momentum", "anchor"):
            agent, persona = Address(owner, "agent", name), Address(owner, "block", "persona", agent=name)
            for address, leaves in ((agent, _agent(agent, persona)), (persona, _persona(name))):
                resources[address] = DesiredResource(
                    address, str(address), leaves, named=frozenset({"tools", "tags", "blocks"})
                )
                base = {path: digest(leaf) for path, leaf in leaves.items()}
                found = {**leaves, "system": "edited"} if number % 100 == 0 and address == agent else leaves
                live[address] = LiveResource(
                    address.kind, f"id-{address}", str(address), dict(found), Marker("bench", address, base)
                )
    return Desired("bench", resources), Live(live)


def _agent(agent: Address, persona: Address) -> dict[str, object]:
    return {
        "name": str(agent),
        "description": f"Helps with {agent.name}",
        "system": f"You are {agent.name} of user {agent.owner.user}. " * 20,
        "model": "letta/letta-free",
        "model_settings.temperature": 0.5,
        "tags[specialist]": True,
        "tools[memory_insert]": "memory_insert",
        "tools[memory_replace]": "memory_replace",
        "blocks[persona]": str(persona),
    }


def _persona(name: str) -> dict[str, object]:
    return {"label": "persona", "value": f"I am {name}. " * 10, "limit": 5000, "description": "Who I am"}


def measure(users: int) -> Planning:
    """Plan the whole world once."""
    desired, live = world(users)
    began = time.perf_counter()
    plan = make_plan(desired, live, Scope())
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Planning(users * RESOURCES_PER_USER, len(plan.changes), seconds, peak)
