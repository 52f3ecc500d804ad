"""Opens what a command works on: manifests, the place they are about, and a session with the server.

In: what the options say. Out: a session, and plans made in it. Parts are imported when used, so that
commands which need no server do not wait for its client.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.shared.options import Shard, Target
from reconciler.cli.shared.place import Place, connection_to, place_of
from reconciler.cli.shared.saved_plan_origin import judge_of
from reconciler.errors import CacheError, Diagnostic, StateError
from reconciler.rules import Allowance
from reconciler.values import NO_SERIALS, Desired, Live, Owner, Scope

if TYPE_CHECKING:
    from reconciler.apply.apply_lock import ApplyLock
    from reconciler.cache import Cache
    from reconciler.cli.shared.locking_options import Alone
    from reconciler.manifest import Checked, Manifests
    from reconciler.plan import Plan, PlanOptions
    from reconciler.project.planned import Planned
    from reconciler.project.session import Session
    from reconciler.state import State

Warn = Callable[[Diagnostic], None]
NOTHING = Allowance()


@dataclass(frozen=True, slots=True)
class Opened:
    """A plan that can be applied, and the place it is about."""

    planned: Planned
    place: Place


@dataclass(frozen=True, slots=True)
class Alongside:
    """A session, and the lock of the run where the command writes."""

    session: Session
    lock: ApplyLock | None = None

    def planned(self, plan: Plan, live: Live, root: Path = Path()) -> Planned:
        """A plan that was made by hand, not from manifests; `root` is where the files it uploads lie."""
        from reconciler.apply.proposal import Proposal
        from reconciler.project.files import file_below
        from reconciler.project.planned import Planned

        return Planned(Proposal(plan, live), self.session, file_below(root), lock=self.lock)


def open_manifests(paths: tuple[Path, ...]) -> Manifests:
    """The manifests; ManifestError lists everything wrong with them."""
    from reconciler.manifest import load

    return load(paths, os.environ)


def declared_at(paths: tuple[Path, ...], target: Target, warn: Warn) -> tuple[Manifests, Place]:
    """The manifests, whose warnings are said, and the place they are about."""
    manifests = open_manifests(paths)
    for warning in manifests.warnings:
        warn(warning)
    return manifests, place_of(target, manifests)


def find_problems(paths: tuple[Path, ...]) -> Checked:
    """Everything wrong with the manifests that can be seen offline."""
    from reconciler.manifest import check

    return check(paths, os.environ)


@contextmanager
def planning(
    paths: tuple[Path, ...],
    target: Target,
    scope: Scope,
    options: PlanOptions,
    warn: Warn,
    alone: Alone | None = None,
    allowed: Allowance = NOTHING,
    expected: Mapping[Owner, int] = NO_SERIALS,
) -> Iterator[Opened]:
    """Read manifests and server, and compare them; with `alone` no other apply runs meanwhile.

    `expected` are numbers of the last write that records of sets must have reached. ReconcilerError where the
    scope, or what is to be reseeded, chooses nothing and that was not allowed.
    """
    from reconciler.project.project import Project

    manifests, place = declared_at(paths, target, warn)
    if alone is not None and isinstance(scope, Shard):
        alone = replace(alone, shard=f"{scope.number}/{scope.of}")
    with open_locked(place, target, warn, alone, expected) as held:
        wait = alone.patience_with_agents(target.waits) if alone else None
        opened = Project(manifests, held.session, lock=held.lock, wait=wait)
        yield Opened(opened.plan(scope, options, allowed), place)


@contextmanager
def resuming(
    text: str,
    target: Target,
    root: Path,
    warn: Warn,
    alone: Alone | None = None,
    *,
    skip_moved: bool = False,
    expected: Mapping[Owner, int] = NO_SERIALS,
) -> Iterator[Opened]:
    """A saved plan, under the limits and on the server of the project that is configured here.

    StalePlan when the plan is for another project or server, or when the world has moved.
    """
    from reconciler.plan.file.open_saved import from_json
    from reconciler.project.files import file_below
    from reconciler.project.planned import Planned
    from reconciler.project.resuming import resume

    plan = from_json(text, os.environ)
    judge = judge_of(plan, target, root)
    patience = alone.patience_with_agents(target.waits) if alone else None
    with open_locked(judge.place, target, warn, alone, expected) as held:
        proposal = resume(held.session, plan, patience, judge.limits, skip_moved)
        files = file_below(judge.root)
        yield Opened(Planned(proposal, held.session, files, lock=held.lock, wait=patience), judge.place)


@contextmanager
def open_locked(
    place: Place,
    target: Target,
    warn: Warn,
    alone: Alone | None,
    expected: Mapping[Owner, int] = NO_SERIALS,
) -> Iterator[Alongside]:
    """A session with the server of this place; with `alone` no other run of the project beside it."""
    with open_session(place, target, warn, alone, expected) as session:
        if alone is None:
            yield Alongside(session)
            return
        with session.locked(alone.terms(place, target.waits)) as lock:
            yield Alongside(session, lock)


def open_session(
    place: Place,
    target: Target,
    warn: Warn,
    alone: Alone | None = None,
    expected: Mapping[Owner, int] = NO_SERIALS,
) -> Session:
    """A session with the server of this place; without its cache, or its state, when that cannot be used."""
    from reconciler.database.optional import or_without
    from reconciler.project.session import Session
    from reconciler.remote import connect

    connection = connection_to(place.address, target)
    return Session.open(
        connect(connection, parallel=target.parallel, waits=target.waits),
        place.project,
        lambda: or_without(lambda: _open_cache(place, warn), warn),
        lambda: or_without(lambda: _open_state(place, warn), warn),
        warn,
        alone.doubt() if alone else None,
        expected,
        target.wait,
    )


def rebuild_cache(place: Place, target: Target, warn: Warn) -> int:
    """Read the whole project from the server into a cache made anew; how many resources it has."""
    _open_cache(place, warn).close()  # a cache that cannot be used is an error here
    with open_session(place, target, warn) as session:
        return len(session.read(Desired(place.project), Scope()).resources)


@contextmanager
def existing_cache(place: Place) -> Iterator[Cache]:
    """The cache of a project, which must have been filled before."""
    if not place.cache.exists():
        raise CacheError(
            f"there is no cache for project {place.project!r} on {place.url}",
            why=f"{place.cache} does not exist",
            hint="reconciler state rebuild, or any plan, fills it",
        )
    from reconciler.database import silent  # it is read once and closed

    with _open_cache(place, silent) as cache:
        yield cache


@contextmanager
def existing_state(place: Place) -> Iterator[State]:
    """The state of a project on this machine; an earlier release has left it in the cache."""
    if not place.state.exists() and not place.cache.exists():
        raise StateError(
            f"nothing is kept here for project {place.project!r} on {place.url}",
            why=f"{place.state} does not exist",
            hint="the first apply makes it; one that lies elsewhere: --state DIR or RECONCILER_STATE",
        )
    from reconciler.database import silent

    with _open_state(place, silent) as state:
        yield state


def _open_cache(place: Place, warn: Warn) -> Cache:
    from reconciler.cache import Cache

    return Cache.open(place.cache, warn=warn)


def _open_state(place: Place, warn: Warn) -> State:
    from reconciler.state import State

    return State.open(place.state, warn=warn, old_cache=place.cache)
