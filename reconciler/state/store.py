"""Opens the state file of a project: what this machine alone knows, and no server can tell again.

In: its path, and the cache of the project, which held all of it in earlier releases. Out: an open file. Every
failure is a StateError. It must never be deleted by anybody but a person.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self

from reconciler.database import PATIENCE, Clock, Database, Schema, Warn, Words, silent, utc_now
from reconciler.errors import StateError
from reconciler.state.inheritance import inherit


class State(Database):
    """One open state file; may be used from several threads."""

    SCHEMA: ClassVar = Schema(
        "reconciler.state",
        Words(
            "the state file",
            "put it elsewhere with --state DIR or RECONCILER_STATE",
            "keep it, it holds old block values (`history`), and begin another: mv {path} {aside}",
            StateError,
        ),
    )

    @classmethod
    def open(
        cls,
        path: Path,
        clock: Clock = utc_now,
        patience: float = PATIENCE,
        warn: Warn = silent,
        old_cache: Path | None = None,
    ) -> Self:
        """The state in this file, made when there is none; a new one takes over what an old cache holds."""
        state = super().open(path, clock, patience, warn)
        try:
            if old_cache is not None:
                inherit(state, old_cache)
        except BaseException:
            state.close()
            raise
        return state
