"""What an instance remembers between commands, and what it says about itself.

In: state.json of an instance. Out: frozen values. It must not hold a secret: of the password only the fact
that there is one is kept.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from reconciler.server.loopback import LOOPBACK


@dataclass(frozen=True, slots=True)
class InstanceState:
    """How the server was last started."""

    port: int
    with_stub: bool = False
    stub_port: int | None = None
    """Remembered without the STUB model too: agents made with it keep its URL."""
    secure: bool = False
    since: str = ""

    @property
    def base_url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def stub_url(self) -> str | None:
        return stub_url_at(self.stub_port) if self.with_stub and self.stub_port else None

    def write(self, path: Path) -> None:
        """Replace the file in one step, readable by this user only."""
        unfinished = path.with_suffix(".new")
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({**asdict(self), "base_url": self.base_url}, file, indent=2)
        unfinished.replace(path)


def stub_url_at(port: int) -> str:
    """The base URL of the STUB model provider, as OpenAI's clients want it."""
    return f"http://{LOOPBACK}:{port}/v1"


def read_state(path: Path) -> InstanceState | None:
    """The last state; None when there is none or it cannot be understood."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        known = {field.name for field in fields(InstanceState)}
        state = InstanceState(**{key: value for key, value in raw.items() if key in known})
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    return state if isinstance(state.port, int) else None


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """One look at an instance."""

    name: str
    running: bool
    url: str | None
    version: str | None
    pid: int | None
    since: str | None
    data_dir: str
    stub_model_url: str | None
    secure: bool

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
