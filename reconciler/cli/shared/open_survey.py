"""Opens what `adopt` and `export` work on: a server beside what is declared.

In: what the options say. Out: a survey of the whole server, or a comparison with it, and the session it was
made in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.shared.options import Target
from reconciler.cli.shared.place import Place
from reconciler.cli.shared.project import NOTHING, Alongside, declared_at, open_locked, open_session
from reconciler.errors import Diagnostic
from reconciler.project.selectors import Places, refuse_idle
from reconciler.rules import AS_THEY_ARE, Allowance, Turns
from reconciler.values import Desired, Scope

if TYPE_CHECKING:
    from reconciler.cli.shared.locking_options import Alone
    from reconciler.project.planned import Planned
    from reconciler.remote import Survey

Warn = Callable[[Diagnostic], None]


@dataclass(frozen=True, slots=True)
class Surveyed:
    """Everything on a server and what a project declares."""

    held: Alongside
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
    from reconciler.project.project import Project

    manifests, place = declared_at(paths, target, warn)
    with open_locked(place, target, warn, alone) as held:
        opened = Project(manifests, held.session)
        desired = opened.desired(scope)
        survey = held.session.survey().without_copies()
        live = survey.live(desired)
        wanted = opened.desired_beside(live, desired, scope)
        settings = manifests.settings
        allowed = allowed.without(settings.safety.rules.firm)
        refuse_idle(scope, (), Places.read(wanted, live, manifests, held.session), allowed)
        yield Surveyed(held, place, wanted, survey, settings.root, settings.safety.rules)


def compared(
    paths: tuple[Path, ...], target: Target, scope: Scope, warn: Warn, allowed: Allowance = NOTHING
) -> Compared:
    """Read manifests and what they declare, and compare."""
    from reconciler.project.project import Project

    manifests, place = declared_at(paths, target, warn)
    with open_session(place, target, warn) as session:
        planned = Project(manifests, session).plan(scope, allowed=allowed)
    return Compared(planned, manifests.settings.root)
