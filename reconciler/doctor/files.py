"""Looks at the two files of a project on this machine: the cache and the state, and who applies right now.

In: their paths. Out: findings. One that is not there yet is not made.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from reconciler.cache import Cache
from reconciler.doctor.finding import Finding, Health
from reconciler.errors import CacheError
from reconciler.lock import Holder
from reconciler.lock.in_state_file import holder_of
from reconciler.state import History, State


def look_at_files(cache: Path, state: Path) -> Iterator[Finding]:
    """Whether both can be used, and by nobody else."""
    yield _look_at_cache(cache)
    yield from _look_at_state(state, cache)


def _look_at_cache(path: Path) -> Finding:
    if not path.exists():
        return Finding("cache", Health.FINE, f"none yet, the first plan makes {path}")
    try:
        with Cache.open(path) as cache:
            count = len(cache.ids())
    except CacheError as error:
        return _broken("cache", error)
    return _open_to_others("cache", path) or Finding(
        "cache", Health.FINE, f"{count:,} resources in {path}; it may be deleted"
    )


def _look_at_state(path: Path, cache: Path) -> Iterator[Finding]:
    if not path.exists():
        yield Finding("state", Health.FINE, f"none yet, the first plan makes {path}")
        yield _lock(None)
        return
    try:
        with State.open(path, old_cache=cache) as state:
            count, holder = len(History(state).addresses()), holder_of(state)
    except CacheError as error:
        yield _broken("state", error)
        return
    blocks = f"{count:,} block{'' if count == 1 else 's'}"
    yield _open_to_others("state", path) or Finding(
        "state", Health.FINE, f"old values of {blocks} in {path}; keep it"
    )
    yield _lock(holder)


def _broken(check: str, error: CacheError) -> Finding:
    return Finding(check, Health.ERROR, error.summary, error.hint, error.why)


def _open_to_others(check: str, path: Path) -> Finding | None:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding(check, Health.WARNING, f"others can read {path}", f"chmod 600 {path}")
    return None


def _lock(holder: Holder | None) -> Finding:
    if holder is None:
        return Finding("lock", Health.FINE, "no apply is running")
    return Finding(
        "lock", Health.WARNING, f"an apply is running: {holder}", "if it is gone: reconciler unlock"
    )
