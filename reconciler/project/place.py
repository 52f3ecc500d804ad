"""Which server, project, cache and state file a run is about, and how they are opened.

In: what a caller says, the environment and the manifests. Out: the decision, or a session. Who says it first
counts: the caller, then the environment, then the manifests, then for the server this machine. Nothing stands
for the project's name: where nobody says it, an error tells what to write.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from reconciler.cache import Cache, default_path
from reconciler.database.optional import or_without
from reconciler.errors import Diagnostic, ReconcilerError
from reconciler.manifest import NAME_VARIABLE, ProjectSettings, name_missing
from reconciler.project.session import Session
from reconciler.remote import Connection, RetryPolicy, connect
from reconciler.remote.read.project_names import projects_on
from reconciler.state import State, path_of
from reconciler.values import DEFAULT_URL, Secret, without_password
from reconciler.waits import Waits

URL_VARIABLE = "LETTA_BASE_URL"
KEY_VARIABLE = "LETTA_API_KEY"
LETTA_PROJECT_VARIABLE = "LETTA_PROJECT"
STATE_VARIABLE = "RECONCILER_STATE"
Where: TypeAlias = Path | str | Literal[False] | None
"""A place on the disk, None for the usual one, False for none."""
Warn: TypeAlias = Callable[[Diagnostic], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a program says of the place; None leaves it to the environment and the manifests."""

    base_url: str | None = None
    api_key: str | None = None
    project: str | None = None
    cache: Where = None
    """A file."""
    state: Where = None
    """The folder of history, journal and lock."""
    parallel: int = 8
    """Requests at once, at most."""
    retries: RetryPolicy | None = None
    waits: Waits = field(default_factory=Waits)
    """Told what is awaited, and for how long at most."""


def open_session(wanted: Wanted, settings: ProjectSettings, warn: Warn, wait: float | None = None) -> Session:
    """A session with the server, without its cache or its state where that cannot be used, which is said.

    ReconcilerError where nobody says how the project is called; ServerUnreachable where the server does not
    answer within `wait` seconds, if that was asked for.
    """
    url = _given("base_url", wanted.base_url, URL_VARIABLE) or settings.server_url or DEFAULT_URL
    name = _given("project", wanted.project, NAME_VARIABLE) or settings.name
    connection = Connection(url, _key(wanted.api_key), os.environ.get(LETTA_PROJECT_VARIABLE) or None)
    if not name:
        raise name_missing(settings, without_password(url), projects_on(connection, wanted.waits))
    transport = connect(connection, parallel=wanted.parallel, policy=wanted.retries, waits=wanted.waits)
    return Session.open(
        transport,
        name,
        lambda: _cache(wanted, url, name, warn),
        lambda: _state(wanted, url, name, warn),
        warn,
        wait=wait,
    )


def _key(given: str | None) -> Secret | None:
    key = given or os.environ.get(KEY_VARIABLE)
    return Secret(key, "" if given else KEY_VARIABLE) if key else None


def _given(name: str, argument: str | None, variable: str) -> str | None:
    """What the caller or else the environment says; nothing is not the same as not said."""
    value, said_by = (argument, name) if argument is not None else (os.environ.get(variable), variable)
    if value is not None and not value.strip():
        raise ReconcilerError(f"{said_by} is empty", hint="leave it out, or give it a value")
    return value


def _cache(wanted: Wanted, url: str, project: str, warn: Warn) -> Cache | None:
    if wanted.cache is False:
        return None
    file = Path(wanted.cache) if wanted.cache is not None else default_path(url, project)
    return or_without(lambda: Cache.open(file, warn=warn), warn)


def _state(wanted: Wanted, url: str, project: str, warn: Warn) -> State | None:
    if wanted.state is False:
        return None
    given = None if wanted.state is None else str(wanted.state)
    folder = _given("state", given, STATE_VARIABLE)
    if folder is None and wanted.cache is False:
        return None
    named = None if wanted.cache is None or wanted.cache is False else Path(wanted.cache)
    file = path_of(url, project, Path(folder) if folder is not None else None, named)
    old_cache = named or default_path(url, project)
    return or_without(lambda: State.open(file, warn=warn, old_cache=old_cache), warn)
