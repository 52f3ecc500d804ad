"""Files that hold agents which are about to be deleted.

In: an agent that was read in full. Out: `<address>-<time>.af`, which Letta can import again, and beside it
`.messages.json` with every message, archival passage and conversation; mode 0600, on the disk when it is said
where. It must not read the server itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from reconciler.errors import ReconcilerError
from reconciler.remote.write.agent_export import ExportedAgent
from reconciler.state.exports import BESIDE, TIME
from reconciler.values import Address

FORMAT_VERSION = "1.1"
_UNSAFE = re.compile(r"[^A-Za-z0-9_.@-]+")
_LONGEST = 120
"""Characters of an address in a file name; file systems take 255 bytes in all."""


def folder_of(project: str, exports: Path) -> Path:
    """That of one project."""
    return exports / _safe(project)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Archive:
    """The folder of one project; the server is read through `read`, which gives None for what is gone."""

    folder: Path
    read: Callable[[Address, str], ExportedAgent | None]
    clock: Callable[[], datetime] = _now

    def save(self, address: Address, server_id: str) -> str:
        """Save one agent; the path of its file, empty when there is no such agent any more."""
        agent = self.read(address, server_id)
        if agent is None:
            return ""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return str(self._write(address, agent.agent_file, _beside(address, server_id, agent)))
        except OSError as error:
            raise ReconcilerError(
                f"{address} was not deleted, because its messages could not be saved first",
                why=f"{error.filename or self.folder}: {error.strerror or error}",
                hint="make room there, or choose another place with --state DIR",
            ) from error

    def _write(self, address: Address, agent_file: dict[str, Any], beside: dict[str, Any]) -> Path:
        """Both files under a name nobody has; the second of one second gets a number."""
        stem = f"{_safe(str(address))}-{self.clock():{TIME}}"
        for number in count():
            path = self.folder / f"{stem}{f'-{number}' if number else ''}.af"
            with contextlib.suppress(FileExistsError):
                _write(path.with_suffix(BESIDE), beside)
                _write(path, agent_file)
                return path
        raise AssertionError("there is always another number")


def _safe(text: str) -> str:
    return _UNSAFE.sub("_", text)[:_LONGEST].lstrip(".") or "_"


def _beside(address: Address, server_id: str, agent: ExportedAgent) -> dict[str, Any]:
    return {
        "format_version": FORMAT_VERSION,
        "address": str(address),
        "id": server_id,
        "messages": agent.messages,
        "passages": agent.passages,
        "conversations": agent.conversations,
    }


def _write(path: Path, document: dict[str, Any]) -> None:
    """Whole or not at all."""
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError:
        raise
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink()
        raise
