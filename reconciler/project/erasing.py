"""Erases what this machine keeps of persons: old values, the journal, texts, saved agents.

In: a session, and the sets of the persons. Out: what went, and what may hold more of them and cannot be
erased from here. Other machines keep their own: the same command erases them there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.apply.agent_files import folder_of
from reconciler.database import Database
from reconciler.database.erasing import erase
from reconciler.errors import CacheError, ReconcilerError
from reconciler.project.session import Session
from reconciler.state import exports_beside
from reconciler.values import Address, Owner

_BESIDE = ".messages.json"


@dataclass(frozen=True, slots=True)
class ErasedHere:
    """What went from this machine."""

    rows: Mapping[str, int] = field(default_factory=dict)
    """By table of cache and state."""
    files: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    """Files that may hold more, and why they stay."""

    @property
    def is_something(self) -> bool:
        """Whether anything was there."""
        return bool(self.rows or self.files)


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
    files = [file for folder in sorted(folders) for file in _saved_of(folder, sets, left)]
    return ErasedHere(rows, tuple(_deleted(files)), tuple(left))


def _erased_rows(database: Database, sets: Iterable[Owner]) -> Mapping[str, int]:
    try:
        return erase(database, [str(each) for each in sets])
    except CacheError as error:
        raise ReconcilerError(
            f"not everything on this machine is erased: {error.summary}", why=error.why, hint=error.hint
        ) from error


def _saved_of(folder: Path, sets: Iterable[Owner], left: list[str]) -> Iterator[Path]:
    """Both files of each saved agent of these sets."""
    for beside in sorted(folder.glob(f"*{_BESIDE}")):
        try:
            owner = Address.parse(json.loads(beside.read_text(encoding="utf-8"))["address"]).owner
        except (OSError, ValueError, KeyError, TypeError):
            left.append(f"{beside}: it does not say whose it is")
            continue
        if owner in sets:
            yield from (beside, beside.with_name(beside.name.removesuffix(_BESIDE) + ".af"))


def _deleted(files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise ReconcilerError(f"{file} cannot be deleted", why=error.strerror or str(error)) from error
        yield str(file)
