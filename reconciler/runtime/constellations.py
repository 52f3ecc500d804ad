"""The constellations of a project, for programs: the one thing to open.

In: manifests, and where the server is. Out: users' sets, ready to be talked to. Memory is asked before the
cache and the cache before the server. Use it in a `with`, from as many threads as there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self

from reconciler.errors import ReconcilerError
from reconciler.manifest import Manifests
from reconciler.project.place import Where
from reconciler.project.project import Project, Source, Warn, ignore
from reconciler.project.session import Session
from reconciler.remote import RetryPolicy
from reconciler.rules import Allowance
from reconciler.runtime.deprovision import Deprovisioned, Deprovisioning, allowance_of
from reconciler.runtime.provision import Provisioned, Provisioning
from reconciler.runtime.send import Patience
from reconciler.runtime.services import parts_of
from reconciler.runtime.user_set import UserSet
from reconciler.values import Owner, without_password
from reconciler.waits import Waits


class Constellations:
    """All constellations of one project on one server."""

    def __init__(
        self,
        paths_or_manifests: Source = ".",
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        project: str | None = None,
        cache: Where = None,
        state: Where = None,
        wait_for_server: float | None = None,
        parallel: int = 32,
        warn: Warn | None = None,
        patience: Patience | None = None,
        retries: RetryPolicy | None = None,
        waits: Waits | None = None,
    ) -> None:
        """`cache` is a file, None for the usual one, False for none; `wait_for_server` is in seconds.

        `state` is the folder of history, journal and lock, False for none of them. Else RECONCILER_STATE says
        it; else they lie beside a `cache` that is named, nowhere without a cache, or in the usual place.

        `waits` is told what is awaited, and may bound it (TimedOut); without one nobody is told.

        The project is called `project`, else RECONCILER_PROJECT, else what the Project document says; without
        any of these a ReconcilerError says what to write.
        """
        self._opened = Project.open(
            paths_or_manifests,
            base_url=base_url,
            api_key=api_key,
            project=project,
            cache=cache,
            state=state,
            wait_for_server=wait_for_server,
            parallel=parallel,
            retries=retries,
            waits=waits,
            warn=warn or ignore,
        )
        self._parts = parts_of(self._opened.session, patience)
        self._provisioning = Provisioning(self._parts, self.manifests)
        self._deprovisioning = Deprovisioning(self._parts, self.manifests)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Constellations {self.project} on {without_password(self.session.transport.server)}>"

    def close(self) -> None:
        """Let go of connections and files."""
        self._opened.session.close()

    @property
    def project(self) -> str:
        """The namespace everything here belongs to."""
        return self._opened.session.project

    @property
    def requests(self) -> tuple[int, int]:
        """Reads and writes sent so far."""
        counts = self._opened.session.transport.counts
        return counts.reads, counts.writes

    @property
    def manifests(self) -> Manifests:
        """What is declared."""
        return self._opened.manifests

    @property
    def opened_project(self) -> Project:
        """Plan, apply and drift of the same project, over the same connections."""
        return self._opened

    @property
    def session(self) -> Session:
        """The connections, cache and state of the project."""
        return self._opened.session

    def wait_for_server(self, seconds: float) -> None:
        """Return once the server answers; ServerUnreachable when it does not within so many seconds."""
        self._opened.session.transport.wait(seconds)

    def warm(self) -> int:
        """Read every agent, block, group and source of the project in a few requests; how many there are."""
        return self._parts.directory.warm()

    def user(self, user: str, constellation: str | None = None) -> UserSet:
        """One user's set; nothing is sent."""
        return UserSet(self._parts, self._owner(user, constellation))

    @property
    def shared(self) -> UserSet:
        """What every user has: blocks and sources of the Shared document; nothing is sent."""
        return UserSet(self._parts, Owner())

    def provision(
        self,
        user: str,
        *,
        constellation: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        rejoin: bool = False,
    ) -> UserSet:
        """Make or complete one user's set; no request when it is known to be complete.

        UserLeft for a user whose set an apply ended, unless `rejoin` says that the user is welcome again.
        With it, a user who was taken out of the roster and not pruned yet is the program's from now on.
        """
        self.provision_report(user, constellation=constellation, parameters=parameters, rejoin=rejoin)
        return self.user(user, constellation)

    def provision_report(
        self,
        user: str,
        *,
        constellation: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        rejoin: bool = False,
    ) -> Provisioned:
        """The same, and what it took."""
        owner = self._owner(user, constellation)
        return self._provisioning.provision(owner, parameters or {}, rejoin=rejoin)

    def deprovision(
        self,
        user: str,
        *,
        constellation: str | None = None,
        allow: Allowance | Iterable[str] = (),
    ) -> Deprovisioned:
        """Delete everything of one user from the server; fine when nothing is there.

        The rules of `reconciler destroy` hold: UnsafePlan says what they object to and which word of `allow`
        lets it pass, such as `allow=["data-loss"]` for agents that have messages; those are saved to files
        first. LockHeld while somebody else applies for more than two minutes. What this machine keeps of old
        block values (`reconciler history`) stays.
        """
        allowance = allowance_of(allow)
        return self._deprovisioning.deprovision(self._owner(user, constellation), allowance)

    def update_shared_memory(
        self, user: str, block: str, content: str, *, constellation: str | None = None
    ) -> None:
        """Write a block of one user; one that is nowhere is made and attached to all agents of the user."""
        self.user(user, constellation).update_shared_memory(block, content)

    def _owner(self, user: str, constellation: str | None) -> Owner:
        names = self.manifests.constellations
        if not isinstance(user, str):
            given = type(user).__name__
            raise ReconcilerError(f"the id of a user is text, not {given}", hint=f"write {str(user)!r}")
        if not user.strip():
            raise ReconcilerError("which user? the id is empty", hint="pass the id of one user")
        if constellation is None and len(names) != 1:
            known = ", ".join(names) or "none"
            raise ReconcilerError("which constellation?", why=f"there are: {known}", hint="constellation=...")
        return Owner(constellation or names[0], user)
