"""Opens what `adopt` and `export` work on: a server beside what is declared.

In: what the options say. Out: a survey of the whole server, or a comparison with it, and the session it was
made in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.shared.options import Target
from reconciler.cli.shared.place import Place, place_of
from reconciler.cli.shared.project import NOTHING, desired_of, open_manifests, open_session
from reconciler.cli.shared.selectors import Places, refuse_idle
from reconciler.errors import Diagnostic
from reconciler.rules import AS_THEY_ARE, Allowance, Turns
from reconciler.values import Desired, Scope

if TYPE_CHECKING:
    from reconciler.cli.shared.locking_options import Alone
    from reconciler.remote import Survey
    from reconciler.session import Planned, Session

Warn = Callable[[Diagnostic], None]


@dataclass(frozen=True, slots=True)
class Surveyed:
    """Everything on a server and what a project declares."""

    session: Session
    place: Place
    desired: Desired
    survey: Survey
    root: Path
    rules: Turns = AS_THEY_ARE
    """Levels the project gives to rules."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A plan and what it was made from."""

    planned: Planned
    desired: Desired
    root: Path


@contextmanager
def surveying(
    paths: tuple[Path, ...],
    target: Target,
    scope: Scope,
    warn: Warn,
    alone: Alone | None = None,
    allowed: Allowance = NOTHING,
) -> Iterator[Surveyed]:
    """Read manifests and all of the server."""
    from reconciler.manifest.run_time_users import grown

    manifests = open_manifests(paths)
    for warning in manifests.warnings:
        warn(warning)
    place = place_of(target, manifests)
    desired = replace(desired_of(manifests, scope, warn), project=place.project)
    with open_session(place, target, warn, alone) as session:
        survey = session.survey().without_copies()
        live = survey.live(desired)
        wanted = grown(manifests, desired, live, scope)
        allowed = allowed.without(manifests.settings.safety.rules.firm)
        refuse_idle(scope, (), Places.read(wanted, live, manifests, session), allowed)
        settings = manifests.settings
        yield Surveyed(session, place, wanted, survey, settings.root, settings.safety.rules)


def compared(
    paths: tuple[Path, ...], target: Target, scope: Scope, warn: Warn, allowed: Allowance = NOTHING
) -> Compared:
    """Read manifests and what they declare, and compare."""
    from reconciler.manifest.run_time_users import grown

    manifests = open_manifests(paths)
    for warning in manifests.warnings:
        warn(warning)
    place = place_of(target, manifests)
    desired = replace(desired_of(manifests, scope, warn), project=place.project)
    with open_session(place, target, warn) as session:
        planned = session.plan(desired, scope, grow=lambda live: grown(manifests, desired, live, scope))
        wanted = grown(manifests, desired, planned.live, scope)
        allowed = allowed.without(manifests.settings.safety.rules.firm)
        refuse_idle(scope, (), Places.read(wanted, planned.live, manifests, session), allowed)
    return Compared(planned, wanted, manifests.settings.root)
