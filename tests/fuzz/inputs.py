"""One input, and the file it is kept in."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

KEPT = Path(__file__).parents[1] / "cases" / "fuzz"
"""Inputs that failed once."""
Folders = Callable[[], Path]
"""Gives an empty folder each time."""


@dataclass(frozen=True, slots=True)
class Input:
    """What is tried: which good input it is made of, and what stands in its place or is done to it."""

    kind: str
    base: str
    data: bytes

    @property
    def name(self) -> str:
        """A file name; other inputs have another one."""
        digest = hashlib.sha256(f"{self.kind}\0{self.base}\0".encode() + self.data)
        return f"{self.kind}-{digest.hexdigest()[:12]}"


def written(made: Input) -> str:
    """The input as text."""
    try:
        data: object = made.data.decode("utf-8")
    except UnicodeDecodeError:
        data = {"base64": base64.b64encode(made.data).decode()}
    return json.dumps({"kind": made.kind, "base": made.base, "data": data}, indent=1) + "\n"


def read(text: str) -> Input:
    """The input that was written."""
    found = json.loads(text)
    data = found["data"]
    content = data.encode("utf-8") if isinstance(data, str) else base64.b64decode(data["base64"])
    return Input(found["kind"], found["base"], content)


def kept() -> list[Path]:
    """The files of inputs that failed once."""
    return sorted(KEPT.glob("*.json"))
