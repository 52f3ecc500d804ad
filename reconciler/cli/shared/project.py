"""Opens what a command works on: manifests, the place they are about, and a session with the server.

In: what the options say. Out: a session, and plans made in it. Parts are imported when used, so that
commands which need no server do not wait for its client.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.shared.files import file_below
from reconciler.cli.shared.options import Shard, Target
from reconciler.cli.shared.place import Place, connection_to, place_of
from reconciler.cli.shared.saved_plan_origin import judge_of
from reconciler.errors import CacheError, Diagnostic, Severity, StateError
from reconciler.rules import RESTORED, Allowance
from reconciler.values import NO_SERIALS, Desired, FileContent, Owner, Scope

if TYPE_CHECKING:
    from reconciler.apply.wait_for_idle import Patience
    from reconciler.cache import Cache
    from reconciler.cli.shared.locking_options import Alone
    from reconciler.manifest import Checked, Manifests
    from reconciler.plan import PlanOptions
    from reconciler.session import Planned, Session
    from reconciler.state import State

Warn = Callable[[Diagnostic], None]
NOTHING = Allowance()
EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Opened:
    """A plan, and the session it can be carried out in."""

    session: Session
    planned: Planned
    place: Place
    files: Callable[[FileContent], bytes]
    """Reads what the plan uploads."""
    again: Callable[[], Planned] | None = None
    """Plans anew; a saved plan cannot be."""
    wait: Patience | None = None
    """How long to wait until the server has processed the files it got."""
    scope: Scope = EVERYTHING
    """What the run is about."""


def open_manifests(paths: tuple[Path, ...]) -> Manifests:
    """The manifests; ManifestError lists everything wrong with them."""
    from reconciler.manifest import load

    return load(paths, os.environ)


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
    from reconciler.adopt.namesakes import with_namesakes
    from reconciler.cli.shared.selectors import Places, refuse_idle
    from reconciler.manifest.run_time_users import grown
    from reconciler.plan import Limits

    manifests = open_manifests(paths)
    for warning in manifests.warnings:
        warn(warning)
    asked, scope = scope, narrowed(manifests, scope, warn)
    place = place_of(target, manifests)
    desired = replace(desired_of(manifests, scope, warn), project=place.project)
    safety = manifests.settings.safety
    limits = Limits(safety.max_deletes, safety.max_overwrites, safety.max_change_percent)
    if alone is not None and isinstance(scope, Shard):
        alone = replace(alone, shard=f"{scope.number}/{scope.of}")
    patience = alone.patience_with_agents(target.waits) if alone else None
    with open_session(place, target, warn, alone, expected) as session:

        def plan() -> Planned:
            planned = session.plan(
                desired,
                scope,
                options,
                limits,
                grow=lambda live: grown(manifests, desired, live, scope),
                wait=patience,
            )
            said = planned.live.namesakes
            planned = replace(planned, plan=with_namesakes(planned.plan, session.transport, said))
            return _with_set_back(planned, allowed)

        planned = plan()
        places = Places.read(desired, planned.live, manifests, session)
        refuse_idle(asked, options.reseed, places, allowed, destroy=options.destroy)
        yield Opened(session, planned, place, file_below(manifests.settings.root), plan, patience, scope)


def _with_set_back(planned: Planned, allowed: Allowance) -> Planned:
    """The plan that says where the server was set back, unless a person knows."""
    from reconciler.plan.identity.set_back import restored

    said = () if allowed.covers(RESTORED) else restored(planned.live)
    return replace(planned, plan=replace(planned.plan, diagnostics=(*planned.plan.diagnostics, *said)))


def desired_of(manifests: Manifests, scope: Scope, warn: Warn) -> Desired:
    """What is declared; what a person should know of users is one line, which only -v unfolds."""
    said: list[Diagnostic] = []
    desired = manifests.desired(scope, said.append)
    if said:
        first, more = said[0], len(said) - 1
        rest = f"; and {more:,} more warning{'' if more == 1 else 's'} about users" if more else ""
        places = "; ".join(f"{each.where}: {each.summary}" if each.where else each.summary for each in said)
        why = f"{first.why}: {places}" if more else first.why
        warn(replace(first, summary=first.summary + rest, why=why, severity=Severity.NOTE))
    return desired


def narrowed(manifests: Manifests, scope: Scope, warn: Warn) -> Scope:
    """In a folder of a project, only the sets which the folder declares; `--target` and `--user` say it all.

    The whole project is loaded in any case, so nothing else is ever taken for undeclared.
    """
    if not manifests.within or scope.targets or scope.users:
        return scope
    folders = ", ".join(manifests.within)
    whole = f"the whole project: {manifests.settings.root}"
    part = manifests.part
    if not part:
        warn(Diagnostic(f"{folders} declares no sets, so this is {whole}", severity=Severity.NOTE))
        return scope
    named = ", ".join(each.pattern for each in part[:_NAMED])
    more = f" and {len(part) - _NAMED} more" if len(part) > _NAMED else ""
    summary = f"only {named}{more}, which {folders} declares; {whole}"
    warn(Diagnostic(summary, severity=Severity.NOTE))
    return replace(scope, targets=part)


_NAMED = 3
"""Sets that a note names."""


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

    plan = from_json(text, os.environ)
    judge = judge_of(plan, target, root)
    patience = alone.patience_with_agents(target.waits) if alone else None
    with open_session(judge.place, target, warn, alone, expected) as session:
        resumed = session.resume(plan, patience, judge.limits, skip_moved)
        yield Opened(session, resumed, judge.place, file_below(judge.root), wait=patience)


@contextmanager
def open_session(
    place: Place,
    target: Target,
    warn: Warn,
    alone: Alone | None = None,
    expected: Mapping[Owner, int] = NO_SERIALS,
) -> Iterator[Session]:
    """A session with the server of this place; without its cache, or its state, when that cannot be used."""
    from reconciler.apply.apply_lock import or_without
    from reconciler.remote import connect
    from reconciler.session import Session

    cache = or_without(lambda: _open_cache(place), warn)
    state = or_without(lambda: _open_state(place), warn)
    connection = connection_to(place.address, target)
    transport = connect(connection, parallel=target.parallel, waits=target.waits)
    if target.wait:
        transport.wait(target.wait)
    doubt = alone.doubt() if alone else None
    with (
        Session(transport, place.project, cache, state, warn, doubt, expected) as session,
        session.exclusive(alone.terms(place, target.waits)) if alone else nullcontext(),
    ):
        yield session


def rebuild_cache(place: Place, target: Target, warn: Warn) -> int:
    """Read the whole project from the server into a cache made anew; how many resources it has."""
    _open_cache(place).close()  # a cache that cannot be used is an error here
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
    with _open_cache(place) as cache:
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
    with _open_state(place) as state:
        yield state


def _open_cache(place: Place) -> Cache:
    from reconciler.cache import Cache

    return Cache.open(place.cache)


def _open_state(place: Place) -> State:
    from reconciler.state import State

    return State.open(place.state, old_cache=place.cache)
