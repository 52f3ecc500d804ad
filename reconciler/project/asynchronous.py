"""Plan, apply and drift for programs that run on asyncio.

In and out: as in `project`, awaited. There is one implementation: every call runs in a thread, so a slow
server never holds up the event loop. A call that is cancelled ends in its thread, as a write cannot be taken
back; its result is dropped.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from reconciler.apply import Outcome
from reconciler.drift import DriftReport
from reconciler.plan import PlanOptions
from reconciler.project.place import Where
from reconciler.project.planned import EVERYTHING, NOTHING, Planned
from reconciler.project.project import Project, Source, Warn, ignore
from reconciler.remote import RetryPolicy
from reconciler.rules import Allowance
from reconciler.values import Scope
from reconciler.waits import Waits


class AsyncProject:
    """A project on a server; use it in an `async with`."""

    def __init__(self, sync: Project) -> None:
        self.sync = sync

    @classmethod
    async def open(
        cls,
        source: Source = ".",
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        project: str | None = None,
        cache: Where = None,
        state: Where = None,
        wait_for_server: float | None = None,
        parallel: int = 8,
        retries: RetryPolicy | None = None,
        waits: Waits | None = None,
        warn: Warn = ignore,
    ) -> Self:
        """As `Project.open`; `warn` is called from other threads."""
        return cls(
            await asyncio.to_thread(
                Project.open,
                source,
                base_url=base_url,
                api_key=api_key,
                project=project,
                cache=cache,
                state=state,
                wait_for_server=wait_for_server,
                parallel=parallel,
                retries=retries,
                waits=waits,
                warn=warn,
            )
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of connections and files."""
        await asyncio.to_thread(self.sync.close)

    async def plan(
        self,
        scope: Scope = EVERYTHING,
        options: PlanOptions = PlanOptions(),
        allowed: Allowance = NOTHING,
    ) -> Planned:
        """As `Project.plan`."""
        return await asyncio.to_thread(self.sync.plan, scope, options, allowed)

    async def apply(
        self, planned: Planned, allowance: Allowance = NOTHING, *, parallel: int = 8, recheck: bool = False
    ) -> Outcome:
        """As `Planned.apply`."""
        return await asyncio.to_thread(planned.apply, allowance, parallel=parallel, recheck=recheck)

    async def drift(self, scope: Scope = EVERYTHING) -> DriftReport:
        """As `Project.drift`."""
        return await asyncio.to_thread(self.sync.drift, scope)
