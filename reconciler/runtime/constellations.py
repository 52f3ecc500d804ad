"""The constellations of a project, for programs: the one thing to open.

In: manifests, and where the server is. Out: users' sets, ready to be talked to. Memory is asked before the
cache and the cache before the server. Use it in a `with`, from as many threads as there are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeAlias

from reconciler.apply.apply_lock import or_without
from reconciler.cache import Cache, default_path
from reconciler.errors import Diagnostic, ReconcilerError
from reconciler.manifest import NAME_VARIABLE, Manifests, load, name_missing
from reconciler.remote import Connection, RetryPolicy, connect
from reconciler.remote.read.project_names import projects_on
from reconciler.runtime.provision import Provisioned, Provisioning
from reconciler.runtime.send import Patience
from reconciler.runtime.services import parts_of
from reconciler.runtime.user_set import UserSet
from reconciler.session import Session
from reconciler.state import State, path_of
from reconciler.values import Owner, Secret, without_password
from reconciler.waits import Waits

DEFAULT_URL = "http://localhost:8283"
STATE_VARIABLE = "RECONCILER_STATE"
Source: TypeAlias = str | Path | Sequence[str | Path] | Manifests
Where: TypeAlias = Path | str | Literal[False] | None
"""A place on the disk, None for the usual one, False for none."""
Warn: TypeAlias = Callable[[Diagnostic], None]


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
        warn = warn or _ignore
        self.manifests = _manifests(paths_or_manifests)
        settings = self.manifests.settings
        url = _given("base_url", base_url, "LETTA_BASE_URL") or settings.server_url or DEFAULT_URL
        name = _given("project", project, NAME_VARIABLE) or settings.name
        key = api_key or os.environ.get("LETTA_API_KEY")
        connection = Connection(
            url,
            Secret(key, "LETTA_API_KEY" if not api_key else "") if key else None,
            os.environ.get("LETTA_PROJECT") or None,
        )
        waits = waits or Waits()
        if not name:
            raise name_missing(settings, without_password(url), projects_on(connection, waits))
        transport = connect(connection, parallel=parallel, policy=retries, waits=waits)
        files = _cache(cache, url, name, warn), _state(state, cache, url, name, warn)
        self._session = Session(transport, name, *files, warn)
        self._parts = parts_of(self._session, patience)
        self._provisioning = Provisioning(self._parts, self.manifests)
        if wait_for_server:
            self.wait_for_server(wait_for_server)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of connections and files."""
        self._session.close()

    @property
    def project(self) -> str:
        """The namespace everything here belongs to."""
        return self._session.project

    @property
    def requests(self) -> tuple[int, int]:
        """Reads and writes sent so far."""
        counts = self._session.transport.counts
        return counts.reads, counts.writes

    @property
    def session(self) -> Session:
        """What commands work with: plans of this project, for one."""
        return self._session

    def wait_for_server(self, seconds: float) -> None:
        """Return once the server answers; ServerUnreachable when it does not within so many seconds."""
        self._session.transport.wait(seconds)

    def warm(self) -> int:
        """Read every agent, block, group and source of the project in a few requests; how many there are."""
        return self._parts.directory.warm()

    def user(self, user: str, constellation: str | None = None) -> UserSet:
        """One user's set; nothing is sent."""
        return UserSet(self._parts, self._owner(user, constellation))

    def provision(
        self,
        user: str,
        constellation: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        *,
        rejoin: bool = False,
    ) -> UserSet:
        """Make or complete one user's set; no request when it is known to be complete.

        UserLeft for a user whose set an apply ended, unless `rejoin` says that the user is welcome again.
        """
        self.provision_report(user, constellation, parameters, rejoin=rejoin)
        return self.user(user, constellation)

    def provision_report(
        self,
        user: str,
        constellation: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        *,
        rejoin: bool = False,
    ) -> Provisioned:
        """The same, and what it took."""
        owner = self._owner(user, constellation)
        return self._provisioning.provision(owner, parameters or {}, rejoin=rejoin)

    def update_shared_memory(
        self, user: str, block: str, content: str, constellation: str | None = None
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


def _given(name: str, argument: str | None, variable: str) -> str | None:
    """What the caller or else the environment says; nothing is not the same as not said."""
    value, said_by = (argument, name) if argument is not None else (os.environ.get(variable), variable)
    if value is not None and not value.strip():
        raise ReconcilerError(f"{said_by} is empty", hint="leave it out, or give it a value")
    return value


def _manifests(given: Source) -> Manifests:
    if isinstance(given, Manifests):
        return given
    paths: Iterable[str | Path] = [given] if isinstance(given, str | Path) else given
    return load([Path(path) for path in paths], os.environ)


def _cache(where: Where, url: str, project: str, warn: Warn) -> Cache | None:
    if where is False:
        return None
    file = Path(where) if where is not None else default_path(url, project)
    return or_without(lambda: Cache.open(file), warn)


def _state(where: Where, cache: Where, url: str, project: str, warn: Warn) -> State | None:
    if where is False:
        return None
    folder = _given("state", None if where is None else str(where), STATE_VARIABLE)
    if folder is None and cache is False:
        return None
    named = None if cache is None or cache is False else Path(cache)
    file = path_of(url, project, Path(folder) if folder is not None else None, named)
    return or_without(lambda: State.open(file, old_cache=named or default_path(url, project)), warn)


def _ignore(found: Diagnostic) -> None:
    """What has no reader."""
