"""R238 `hanging-run`: a run that the server forgot: it says that it runs, and nothing happens.

In: a plan, and what is in flight. Out: one warning for each such run, with its id and age. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.errors import Diagnostic
from reconciler.plan import Plan
from reconciler.remote.read.running_agents import InFlight
from reconciler.rules import Check
from reconciler.rules.notices import HANGING_RUN


@dataclass(frozen=True, slots=True)
class Running:
    """A plan, and the runs of agents it would disturb."""

    plan: Plan
    found: InFlight


def judge(running: Running) -> Iterator[Diagnostic]:
    """Each run that counts for nothing."""
    addresses = {change.id: change.address for change in running.plan.changes if change.id}
    for run in running.found.hanging:
        yield NOTICE.finds(
            address=addresses.get(run.agent_id, ""),
            run=run.id,
            status=run.status,
            minutes=int(run.age.total_seconds() // 60),
            agent=run.agent_id,
        )


NOTICE: Check[Running] = Check(
    HANGING_RUN,
    message="{run} is {status!r} for {minutes} min without progress: it does not count as running",
    why="the server forgot it; it would keep the agent busy for ever",
    fix='to end it: POST /v1/agents/{agent}/messages/cancel {{"run_ids": ["{run}"]}}',
    judge=judge,
)
