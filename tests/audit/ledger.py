"""What was announced and what others did, as lines of one file that every process of a test writes to.

In: entries, which are plain JSON. Out: the same, in the order they were written. Where the file is stands in
the environment; without it nothing is written. Standard library only: processes under test load it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

VARIABLE = "RECONCILER_TESTS_LEDGER"


def note(entry: dict[str, Any]) -> None:
    """Add one entry; a line is written whole or not at all."""
    path = os.environ.get(VARIABLE)
    if not path:
        return
    line = json.dumps(entry, default=str).encode() + b"\n"
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, line)
    finally:
        os.close(handle)


def entries(path: Path) -> list[dict[str, Any]]:
    """Everything noted so far; half a line of a process that was killed is left out."""
    if not path.exists():
        return []
    found = []
    for line in path.read_bytes().split(b"\n"):
        if line:
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
    return found
