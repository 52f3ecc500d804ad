"""Opens what `adopt` and `export` work on: all of a server beside what is declared.

In: what the options say. Out: a survey, and the session it was made in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.options import Target
from reconciler.cli.project import Place, open_manifests, open_session, place_of
from reconciler.errors import Diagnostic
from reconciler.values import Desired, Scope

if TYPE_CHECKING:
    from reconciler.remote import Survey
    from reconciler.session import Session

Warn = Callable[[Diagnostic], None]


@dataclass(frozen=True, slots=True)
class Surveyed:
    """Everything on a server and what a project declares."""

    session: Session
    place: Place
    desired: Desired
    survey: Survey
    root: Path


@contextmanager
def surveying(paths: tuple[Path, ...], target: Target, scope: Scope, warn: Warn) -> Iterator[Surveyed]:
    """Read manifests and all of the server."""
    manifests = open_manifests(paths)
    for warning in manifests.warnings:
        warn(warning)
    place = place_of(target, manifests)
    desired = replace(manifests.desired(scope), project=place.project)
    with open_session(place, target, warn) as session:
        yield Surveyed(session, place, desired, session.survey(), manifests.settings.root)
