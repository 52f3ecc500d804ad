"""The whole examination, in order: manifests, cache and state, server, and then all together.

In: manifests or what is wrong with them, a transport, the paths of the files. Out: findings as they are made.
A check that needs something broken is left out; what is broken was said before.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reconciler.cache import Cache
from reconciler.doctor import files, project, server
from reconciler.doctor.finding import Finding, Health
from reconciler.doctor.identity import look_at_identity
from reconciler.errors import CacheError, ReconcilerError
from reconciler.manifest import Manifests
from reconciler.remote import Reader, Transport
from reconciler.remote.read.server_facts import (
    files_of_ours,
    overlong_blocks,
    tools_of_others,
    unmarked_agents,
)
from reconciler.values import Address, Desired, Live, Scope, Selector

_SAMPLE = 20
"""Users of each constellation whose models are looked at."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Patient:
    """What is examined."""

    manifests: Manifests | None
    trouble: ReconcilerError | None
    transport: Transport
    project: str
    cache: Path
    state: Path
    served_tools: tuple[str, ...] = ()
    now: Callable[[], datetime] = _now


def examine(patient: Patient) -> Iterator[Finding]:
    """Every finding, the good ones too."""
    yield _manifests(patient)
    yield from files.look_at_files(patient.cache, patient.state)
    is_up = True
    for finding in server.look_at_server(patient.transport, patient.project):
        is_up &= finding.health is not Health.ERROR
        yield finding
    if not is_up:
        yield Finding("rest", Health.SKIPPED, "everything that needs the server")
        return
    try:
        yield from _together(patient)
    except ReconcilerError as error:
        yield Finding("rest", Health.ERROR, error.summary, error.hint or "mend this and ask again", error.why)


def _together(patient: Patient) -> Iterator[Finding]:
    transport = patient.transport
    yield server.look_at_clock(transport, patient.now)
    yield server.look_at_locks(transport)
    if patient.manifests is not None:
        desired = _sample(patient.manifests)
        models, embeddings = project.named_handles(desired)
        offered = server.models(transport)
        yield from project.look_at_models(models, offered[0], "model")
        yield from project.look_at_models(embeddings, offered[1], "embedding")
        yield from project.look_at_speed(models)
        others = tools_of_others(transport, patient.project)
        yield from project.look_at_tools(desired, others, patient.served_tools)
    live = Reader(transport, patient.project).read(Desired(patient.project), Scope(), _known(patient.cache))
    yield from look_at_identity(live, unmarked_agents(transport, ""), _declared(patient, live))
    yield from project.look_at_blocks(overlong_blocks(transport, patient.project))
    yield from project.look_at_files(files_of_ours(transport, patient.project))


def _declared(patient: Patient, live: Live) -> Desired | None:
    """What is declared of the sets of which others took something over; the whole project may be large."""
    sets = tuple(Selector(str(owner)) for owner in {address.owner for address in live.handed_over})
    return patient.manifests.desired(Scope(targets=sets)) if sets and patient.manifests else None


def _known(path: Path) -> Mapping[Address, str]:
    """Ids the cache remembers; one that cannot be read has been said already."""
    if not path.exists():
        return {}
    try:
        with Cache.open(path) as cache:
            return cache.ids()
    except CacheError:
        return {}


def _manifests(patient: Patient) -> Finding:
    if patient.trouble is not None:
        return Finding("manifests", Health.ERROR, patient.trouble.summary, "reconciler validate lists them")
    count = len(patient.manifests.files) if patient.manifests else 0
    return Finding("manifests", Health.FINE, f"{count} file{'' if count == 1 else 's'} of {patient.project}")


def _sample(manifests: Manifests) -> Desired:
    """The shared set and some users; overrides of the others are not looked at."""
    users = {
        owner.user
        for _, owners in itertools.groupby(manifests.users(), key=lambda owner: owner.constellation)
        for owner in itertools.islice(owners, _SAMPLE)
    }
    if not users:
        return manifests.desired()
    return manifests.desired(Scope(users=frozenset(users)))
