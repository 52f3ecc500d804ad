"""Which server, project and cache a run is about.

In: what the options and the manifests say. Out: the decision: flag, then environment, then manifests, then
this machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.options import DEFAULT_URL, Target

if TYPE_CHECKING:
    from reconciler.manifest import Manifests


@dataclass(frozen=True, slots=True)
class Place:
    """Server and project, decided."""

    url: str
    project: str
    cache: Path


def place_of(target: Target, manifests: Manifests | None) -> Place:
    """Which server, project and cache a run is about."""
    from reconciler.cache import default_path

    settings = manifests.settings if manifests else None
    url = target.url or (settings.server_url if settings else None) or DEFAULT_URL
    project = target.project or (settings.name if settings else "")
    return Place(url, project, target.cache or default_path(url, project))
