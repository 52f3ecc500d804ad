"""The one place where the parts are put together: manifests, server, cache, planner, executor.

In: what the options say. Out: a plan with everything needed to apply it, and the outcome of doing so. No
other module of the command line imports those parts; they are imported when used, so that commands which
need no server do not wait for its client.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.files import file_below
from reconciler.cli.options import DEFAULT_URL, Target
from reconciler.errors import CacheError, Diagnostic, Severity
from reconciler.values import UNSET, Address, Desired, DesiredResource, Leaf, Live, Scope, Secret, Selector

if TYPE_CHECKING:
    from reconciler.cache import Cache
    from reconciler.execute.outcome import Observer, Outcome
    from reconciler.guard import Allowance, Limits
    from reconciler.manifest import Manifests
    from reconciler.plan import Plan, PlanOptions
    from reconciler.remote import Transport

Warn = Callable[[Diagnostic], None]


@dataclass(frozen=True, slots=True)
class Place:
    """Server and project, decided: flag, then environment, then manifests, then this machine."""

    url: str
    project: str
    cache: Path


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and what an apply of it needs."""

    plan: Plan
    live: Live
    limits: Limits
    place: Place
    root: Path
    """What files of sources are relative to."""
    transport: Transport = field(repr=False)


def open_manifests(paths: tuple[Path, ...]) -> Manifests:
    """The manifests; ManifestError lists everything wrong with them."""
    from reconciler.manifest import load

    return load(paths, os.environ)


def find_problems(paths: tuple[Path, ...]) -> tuple[Diagnostic, ...]:
    """Everything wrong with the manifests that can be seen offline."""
    from reconciler.manifest import validate

    return validate(paths, os.environ)


def place_of(target: Target, manifests: Manifests | None) -> Place:
    """Which server, project and cache a run is about."""
    from reconciler.cache import default_path

    settings = manifests.settings if manifests else None
    url = target.url or (settings.server_url if settings else None) or DEFAULT_URL
    project = target.project or (settings.name if settings else "")
    return Place(url, project, target.cache or default_path(url, project))


def plan_manifests(
    paths: tuple[Path, ...], target: Target, scope: Scope, options: PlanOptions, warn: Warn
) -> Planned:
    """Read manifests and server, and compare them."""
    from reconciler.guard import Limits
    from reconciler.plan import make_plan
    from reconciler.remote import Reader

    manifests = open_manifests(paths)
    for warning in manifests.warnings:
        warn(warning)
    place = place_of(target, manifests)
    desired = replace(manifests.desired(scope), project=place.project)
    transport = _connect(place, target)
    live = Reader(transport, place.project).read(desired, scope)
    _warn_of_idle_selectors(scope, desired, live, warn)
    _remember(place, live, scope, warn)
    plan = make_plan(desired, live, scope, options, reads=transport.counts.reads)
    safety = manifests.settings.safety
    limits = Limits(safety.max_deletes, safety.max_change_percent)
    return Planned(plan, live, limits, place, manifests.settings.root, transport)


def plan_from_file(text: str, target: Target, root: Path, warn: Warn) -> Planned:
    """A saved plan, checked against the server as it is now; StalePlan when that moved."""
    from reconciler.guard import Limits
    from reconciler.plan.saved import check_fresh, from_json
    from reconciler.remote import Reader

    plan = from_json(text, os.environ)
    place = place_of(replace(target, project=plan.project), None)
    transport = _connect(place, target)
    owners = sorted({change.address.owner for change in plan.changes})
    scope = Scope(tuple(Selector(str(owner)) for owner in owners))
    live = Reader(transport, place.project).read(_looked_at(plan), scope)
    _remember(place, live, scope, warn)
    check_fresh(plan, live)
    return Planned(plan, live, Limits(), place, root, transport)


def check(planned: Planned, allowance: Allowance) -> None:
    """UnsafePlan when the guards object."""
    from reconciler.guard import check as guard

    guard(planned.plan, planned.live, planned.limits, allowance)


def execute(planned: Planned, observer: Observer, parallel: int, warn: Warn) -> Outcome:
    """Carry the plan out and note the new ids."""
    from reconciler.execute import Executor
    from reconciler.remote import Writer

    writer = Writer(planned.transport, planned.place.project, file_below(planned.root))
    outcome = Executor(writer, observer, parallel).execute(planned.plan)
    _note_results(planned.place, outcome, warn)
    return outcome


def rebuild_cache(place: Place, target: Target) -> int:
    """Read the whole project from the server into a cache made anew; how many resources it has."""
    from reconciler.cache import remembered
    from reconciler.remote import Reader

    live = Reader(_connect(place, target), place.project).read(Desired(place.project), Scope())
    with _open_cache(place) as cache:
        cache.replace_all(None, remembered(live))
    return len(live.resources)


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


def _open_cache(place: Place) -> Cache:
    from reconciler.cache import Cache

    return Cache.open(place.cache)


def _connect(place: Place, target: Target) -> Transport:
    from reconciler.remote import Connection, connect

    key = os.environ.get(target.api_key_env)
    secret = Secret(key, target.api_key_env) if key else None
    cloud_project = os.environ.get("LETTA_PROJECT") or None
    return connect(Connection(place.url, secret, cloud_project), parallel=target.parallel)


def _looked_at(plan: Plan) -> Desired:
    """What the reader has to look for so that a saved plan sees what its making saw."""
    resources = {}
    for change in plan.changes:
        leaves: dict[str, Leaf] = {f.path: f.desired for f in change.fields if f.desired is not UNSET}
        for operation in change.operations:
            marker = getattr(operation, "marker", None)
            base = marker.base if marker else {}
            leaves.update({path: Secret("") for path in base if path.startswith("secrets.")})
        resources[change.address] = DesiredResource(change.address, change.server_name, leaves)
    return Desired(plan.project, resources)


def _warn_of_idle_selectors(scope: Scope, desired: Desired, live: Live, warn: Warn) -> None:
    """A selector that chooses nothing is most often a typo."""
    for selector in (*scope.targets, *scope.exclude):
        if not _chooses(selector, desired.resources) and not _chooses(selector, live.resources):
            warn(
                Diagnostic(
                    f"the selector {selector.pattern!r} chooses nothing",
                    why="no resource in the manifests or on the server has such an address",
                    hint="reconciler state list shows addresses; segments are matched whole",
                    severity=Severity.WARNING,
                )
            )


def _chooses(selector: Selector, addresses: Iterable[Address]) -> bool:
    return any(selector.matches(address) for address in addresses)


def _remember(place: Place, live: Live, scope: Scope, warn: Warn) -> None:
    """Fill the cache; a run never fails for want of it."""
    from reconciler.cache import remembered

    with _optional(warn), _open_cache(place) as cache:
        if scope.is_everything:
            cache.replace_all(None, remembered(live))
        else:
            cache.remember(remembered(live))


def _note_results(place: Place, outcome: Outcome, warn: Warn) -> None:
    from reconciler.cache import CachedResource
    from reconciler.execute.outcome import Status
    from reconciler.plan import Action

    done = [result for result in outcome.results if result.status is Status.DONE]
    gone: list[Address] = [each.change.address for each in done if each.change.action is Action.DELETE]
    seen = [
        CachedResource(each.change.address, each.id, each.change.server_name)
        for each in done
        if each.id and each.change.action is not Action.DELETE
    ]
    with _optional(warn), _open_cache(place) as cache:
        cache.forget(gone)
        known = cache.ids()
        cache.remember(each for each in seen if known.get(each.address) != each.server_id)


@contextmanager
def _optional(warn: Warn) -> Iterator[None]:
    """The cache saves requests; without it everything still works."""
    try:
        yield
    except CacheError as error:
        why = "; ".join(part for part in (error.why, "going on without the cache") if part)
        warn(Diagnostic(error.summary, why=why, hint=error.hint, severity=Severity.WARNING))
