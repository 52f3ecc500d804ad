"""One project: its manifests beside its server. The one thing to open for plan, apply and drift.

In: manifests and a place. Out: plans, which can be applied, and drift reports. Planning writes nothing to the
server.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

from reconciler.apply.apply_lock import ApplyLock, Terms
from reconciler.apply.proposal import Proposal
from reconciler.apply.wait_for_idle import Patience
from reconciler.drift import DriftReport
from reconciler.errors import Diagnostic
from reconciler.guard.restored import restored
from reconciler.manifest import Manifests, load
from reconciler.manifest.run_time_users import grown
from reconciler.plan import PlanOptions
from reconciler.project import planning
from reconciler.project.files import file_below
from reconciler.project.namesakes import with_namesakes
from reconciler.project.place import Wanted, Where, open_session
from reconciler.project.planned import EVERYTHING, NOTHING, Planned, limits_of, with_lock_on_server
from reconciler.project.scope import desired_of, narrowed
from reconciler.project.selectors import Places, refuse_idle
from reconciler.project.session import Session
from reconciler.remote import RetryPolicy
from reconciler.rules import RESTORED, Allowance
from reconciler.values import Desired, Live, Scope
from reconciler.waits import Waits

Source: TypeAlias = str | Path | Sequence[str | Path] | Manifests
Warn: TypeAlias = Callable[[Diagnostic], None]


def ignore(found: Diagnostic) -> None:
    """What has no reader."""


@dataclass(frozen=True)
class Project:
    """A project on a server; close it, or use it in a `with`."""

    manifests: Manifests
    session: Session
    terms: Terms = field(default_factory=with_lock_on_server)
    """Of the lock that an apply takes."""
    lock: ApplyLock | None = None
    """Held by whoever opened the project, for plans that are applied under it."""
    wait: Patience | None = None
    """For agents with a run in flight, and for files; None defers what would disturb them."""

    @classmethod
    def open(
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
        """The project whose manifests are below these paths, and its server.

        What is not given is taken from the environment (LETTA_BASE_URL, LETTA_API_KEY, RECONCILER_PROJECT,
        RECONCILER_STATE), then from the Project document. `cache` is a file, None for the usual one, False
        for none; `state` the folder of history, journal and lock, False for none of them. `parallel` is the
        number of requests at once, at most; `wait_for_server` is in seconds, and nothing is sent without it.
        `waits` is told what is awaited, and may bound it (TimedOut).

        ManifestError lists everything wrong with the manifests; ReconcilerError where nobody says how the
        project is called; ServerUnreachable where the server does not answer in time. `warn` is given every
        warning, here and later.
        """
        manifests = _loaded(source, warn)
        wanted = Wanted(base_url, api_key, project, cache, state, parallel, retries, waits or Waits())
        return cls(manifests, open_session(wanted, manifests.settings, warn, wait_for_server))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of connections and files."""
        self.session.close()

    def plan(
        self,
        scope: Scope = EVERYTHING,
        options: PlanOptions = PlanOptions(),
        allowed: Allowance = NOTHING,
    ) -> Planned:
        """Read the server and compare it with the manifests; what an apply would do.

        ReconcilerError where the scope, or what is to be reseeded, chooses nothing and that was not allowed.
        """
        session, asked = self.session, scope
        scope = narrowed(self.manifests, scope, session.warn)
        allowed = allowed.without(self.manifests.settings.safety.rules.firm)
        planned = self._planner(self.desired(scope), scope, options, allowed)()
        places = Places.read(planned.proposal.desired, planned.live, self.manifests, session)
        refuse_idle(asked, options.reseed, places, allowed, destroy=options.destroy)
        return planned

    def drift(self, scope: Scope = EVERYTHING) -> DriftReport:
        """What moved on the server without the manifests, and what agents learned."""
        return self.plan(scope).drift()

    def desired(self, scope: Scope = EVERYTHING) -> Desired:
        """What the manifests declare."""
        found = desired_of(self.manifests, scope, self.session.warn)
        return replace(found, project=self.session.project)

    def desired_beside(self, live: Live, desired: Desired, scope: Scope = EVERYTHING) -> Desired:
        """What is declared, and users whom programs provisioned: only the server knows those."""
        return grown(self.manifests, desired, live, scope)

    def _planner(
        self, desired: Desired, scope: Scope, options: PlanOptions, allowed: Allowance
    ) -> Callable[[], Planned]:
        """Plans each time it is called."""
        limits = limits_of(self.manifests.settings.safety)
        files = file_below(self.manifests.settings.root)

        def grow(live: Live) -> Desired:
            return self.desired_beside(live, desired, scope)

        def made() -> Planned:
            proposal = planning.plan(self.session, desired, scope, options, limits, grow, self.wait)
            proposal = _with_what_is_said(proposal, self.session, allowed)
            return Planned(proposal, self.session, files, scope, self.lock, self.terms, self.wait, made)

        return made


def _loaded(source: Source, warn: Warn) -> Manifests:
    """The manifests below these paths, whose warnings are said; whoever loaded them before has said those."""
    if isinstance(source, Manifests):
        return source
    paths: Iterable[str | Path] = [source] if isinstance(source, str | Path) else source
    manifests = load([Path(path) for path in paths], os.environ)
    for warning in manifests.warnings:
        warn(warning)
    return manifests


def _with_what_is_said(made: Proposal, session: Session, allowed: Allowance) -> Proposal:
    """The plan that also says which names are taken, and where the server was set back, unless a person
    knows."""
    plan = with_namesakes(made.plan, session.transport, made.live.namesakes)
    said = () if allowed.covers(RESTORED) else restored(made.live)
    return replace(made, plan=plan.saying(*said))
