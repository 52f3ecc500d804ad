"""Erases what this machine keeps of persons: old values, the journal, texts, saved agents.

In: a session, and the sets of the persons. Out: what went, and what may hold more of them and cannot be
erased from here. Other machines keep their own: the same command erases them there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.apply.agent_files import folder_of
from reconciler.database import Database
from reconciler.database.erasing import erase
from reconciler.errors import CacheError, ReconcilerError
from reconciler.project.session import Session
from reconciler.state import exports_beside
from reconciler.state.exports import saved_agents
from reconciler.values import Owner


@dataclass(frozen=True, slots=True)
class ErasedHere:
    """What went from this machine."""

    rows: Mapping[str, int] = field(default_factory=dict)
    """By table of cache and state."""
    files: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    """Files that may hold more, and why they stay."""


def erase_here(session: Session, owners: Iterable[Owner]) -> ErasedHere:
    """See the module; ReconcilerError when a file of this machine cannot be written."""
    sets = sorted(set(owners))
    rows: dict[str, int] = {}
    left: list[str] = []
    for database in (session.state, session.cache):
        if database is None:
            continue
        for table, number in _erased_rows(database, sets).items():
            rows[table] = rows.get(table, 0) + number
        backups = sorted(database.path.parent.glob(f"{database.path.name}.v*.bak"))
        left += [f"{each}: a copy from before a migration; delete it" for each in backups]
    state = session.state.path if session.state is not None else None
    exports = {exports_beside(state), exports_beside(None)}
    folders = {folder_of(session.project, each) for each in exports}
    files = [file for folder in sorted(folders) for file in _erased_files(folder, sets, left)]
    return ErasedHere(rows, tuple(files), tuple(left))


def _erased_rows(database: Database, sets: Iterable[Owner]) -> Mapping[str, int]:
    try:
        return erase(database, [str(each) for each in sets])
    except CacheError as error:
        raise ReconcilerError(
            f"not everything on this machine is erased: {error.summary}", why=error.why, hint=error.hint
        ) from error


def _erased_files(folder: Path, sets: Iterable[Owner], left: list[str]) -> Iterator[str]:
    """Names of the files of saved agents of these sets, which are gone."""
    agents, unknown = saved_agents(folder)
    left += [f"{each}: it does not say whose it is" for each in unknown]
    for agent in agents:
        if agent.address.owner in sets:
            agent.delete()
            yield from map(str, (agent.path, agent.beside))
