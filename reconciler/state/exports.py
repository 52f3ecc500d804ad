"""Agents that were saved before they ended: two files each, in the folder of a project.

In: a folder. Out: what lies there, oldest first. Only what says whose it is counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reconciler.errors import ReconcilerError
from reconciler.values import Address

BESIDE = ".messages.json"
"""The end of the name of the second file, in place of `.af`."""
TIME = "%Y%m%dT%H%M%SZ"
"""When it was saved, at the end of both names, in UTC."""
_TIME = re.compile(r"-(\d{8}T\d{6}Z)(?:-\d+)?$")


@dataclass(frozen=True, slots=True)
class SavedAgent:
    """One agent on the disk."""

    address: Address
    path: Path
    """What Letta can import again."""
    beside: Path
    """Its messages, passages and conversations."""
    saved_at: datetime

    @property
    def bytes(self) -> int:
        """Of both files."""
        return sum(each.stat().st_size for each in (self.path, self.beside) if each.exists())

    def delete(self) -> None:
        """Both files; ReconcilerError when one cannot be deleted."""
        for file in (self.path, self.beside):
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                raise ReconcilerError(
                    f"{file} cannot be deleted", why=error.strerror or str(error), hint="delete it yourself"
                ) from error


def saved_agents(folder: Path) -> tuple[list[SavedAgent], list[Path]]:
    """All of them, and files beside that do not say whose they are."""
    unknown: list[Path] = []
    found = [each for file in sorted(folder.glob(f"*{BESIDE}")) for each in _read(file, unknown)]
    return sorted(found, key=lambda each: (each.saved_at, str(each.path))), unknown


def _read(beside: Path, unknown: list[Path]) -> Iterator[SavedAgent]:
    stem = beside.name.removesuffix(BESIDE)
    time = _TIME.search(stem)
    try:
        address = Address.parse(json.loads(beside.read_text(encoding="utf-8"))["address"])
        saved_at = datetime.strptime(time[1], TIME).replace(tzinfo=UTC) if time else None
    except (OSError, ValueError, KeyError, TypeError):
        unknown.append(beside)
        return
    if saved_at is None:
        unknown.append(beside)
        return
    yield SavedAgent(address, beside.with_name(f"{stem}.af"), beside, saved_at)
