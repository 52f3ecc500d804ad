"""Which server, project, cache and state a run is about.

In: what the options and the manifests say. Out: the decision: flag, then environment, then manifests, then
for the server this machine. Nothing stands for the project's name: where nobody says it, it is asked for.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.shared.options import Target
from reconciler.values import DEFAULT_URL, Secret, without_password

if TYPE_CHECKING:
    from reconciler.manifest import Manifests
    from reconciler.remote import Connection


@dataclass(frozen=True, slots=True)
class Place:
    """Server and project, decided."""

    address: str = field(repr=False)
    """The URL as it was given: for connecting, not for showing."""
    project: str
    cache: Path
    state: Path

    @property
    def url(self) -> str:
        """The server's URL without a password."""
        return without_password(self.address)

    @property
    def options_of_state(self) -> tuple[str, str]:
        """What finds the same state file when it is typed elsewhere."""
        from reconciler.database import file_name

        if self.state.name == file_name(self.address, self.project):
            return "--state", str(self.state.parent)
        return "--cache", str(self.cache)


def place_of(target: Target, manifests: Manifests | None) -> Place:
    """Which server, project and files a run is about; ReconcilerError where the project has no name."""
    from reconciler.cache import default_path
    from reconciler.state import path_of

    settings = manifests.settings if manifests else None
    url = target.url or (settings.server_url if settings else None) or DEFAULT_URL
    project = target.project or (settings.name if settings else "")
    if settings is not None and not project:
        from reconciler.manifest import name_missing
        from reconciler.remote.read.project_names import projects_on

        there = projects_on(connection_to(url, target), target.waits)
        raise name_missing(settings, without_password(url), there)
    state = path_of(url, project, target.state, target.cache)
    return Place(url, project, target.cache or default_path(url, project), state)


def connection_to(url: str, target: Target) -> Connection:
    """How to reach a server: the key and the project of Letta Cloud are only ever in the environment."""
    from reconciler.remote import Connection

    key = os.environ.get(target.api_key_env)
    secret = Secret(key, target.api_key_env) if key else None
    return Connection(url, secret, os.environ.get("LETTA_PROJECT") or None)
