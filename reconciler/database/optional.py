"""Files on this machine that help and that a run can do without: the cache and the state.

In: what opens a file, or why it cannot be used. Out: the file or nothing, and what to say. It must not hide
that a file is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from reconciler.errors import CacheError, Diagnostic, Severity, StateError

F = TypeVar("F")


def without_file(error: CacheError) -> Diagnostic:
    """What to say when a run goes on without its cache, or its state."""
    missing = "the state file" if isinstance(error, StateError) else "the cache"
    why = "; ".join(part for part in (error.why, f"going on without {missing}") if part)
    return Diagnostic(error.summary, why=why, hint=error.hint, severity=Severity.WARNING)


def or_without(open_file: Callable[[], F], warn: Callable[[Diagnostic], None]) -> F | None:
    """What opens, or None where that file cannot be used, which is said."""
    try:
        return open_file()
    except CacheError as error:
        warn(without_file(error))
        return None
