"""A project on disk and a server in memory: commands run whole, only the wire is missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from reconciler.cli import main as command_line
from reconciler.errors import Conflict, ReconcilerError, ServerUnreachable
from reconciler.remote.http.transport import Request
from reconciler.remote.marks.record_blocks import read_records
from reconciler.remote.read.running_agents import InFlight
from reconciler.values import (
    Address,
    Create,
    Delete,
    Desired,
    Live,
    LiveResource,
    Operation,
    Scope,
)
from reconciler.waits import Waits
from tests.simulated import SimulatedLetta

PROJECT = """
apiVersion: reconciler/v1
kind: Project
name: demo
---
apiVersion: reconciler/v1
kind: Constellation
name: pair
blocks:
  mood: {value: unknown, limit: 100}
agents:
  one: {model: letta/letta-free, embedding: letta/letta-free, shared_blocks: [mood]}
---
apiVersion: reconciler/v1
kind: Users
constellation: pair
users: [{id: "1"}, {id: "2"}]
"""


@dataclass
class World:
    """The server: what is on it, what was written, and what goes wrong."""

    live: dict[Address, LiveResource] = field(default_factory=dict)
    written: list[Operation] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)
    is_down: bool = False
    connection: Any = None
    on_write: Callable[[], None] = lambda: None
    on_models: Callable[[], Any] = lambda: None
    at_work: frozenset[str] = frozenset()
    remembered: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Blocks that hold the record of a set."""

    def read(self, desired: Desired, scope: Scope, known: Mapping[Address, str] = {}) -> Live:
        del desired, scope, known
        if self.is_down:
            raise ServerUnreachable("no answer", hint="start it")
        records = read_records(self.remembered.values(), "demo").records
        return Live(dict(self.live), version="0.16.8", records=records)

    def closed(self) -> tuple[tuple[Address, Address], ...]:
        return ()

    def not_kept(self) -> dict[Address, frozenset[str]]:
        return {}

    def made_at(self, server_id: str) -> str:
        del server_id
        return ""

    def get(self, path: str, *_: Any) -> Any:
        if path.startswith("/v1/models/"):
            self.on_models()
            return [{"handle": "letta/letta-free"}]
        return list(self.remembered.values()) if path == "/v1/blocks/" else []

    def send(self, request: Request) -> Any:
        """Records are blocks, which are kept; everything else is the lock."""
        if not request.path.startswith("/v1/blocks/"):
            return {"id": "folder-lock"}
        block_id = request.path.removeprefix("/v1/blocks/") or f"block-{len(self.remembered)}"
        if request.method == "DELETE":
            return self.remembered.pop(block_id)
        self.remembered[block_id] = {"id": block_id, **self.remembered.get(block_id, {}), **request.body}
        return self.remembered[block_id]

    def in_flight(self, agent_ids: Collection[str]) -> InFlight:
        return InFlight(self.at_work & set(agent_ids))

    def perform(self, operation: Operation, ids: Mapping[str, str]) -> Mapping[Address, str]:
        del ids
        self.on_write()
        if str(operation.address) in self.failing:
            raise Conflict("the name is taken", hint="rename it")
        self.written.append(operation)
        if isinstance(operation, Create):
            self._make(operation)
            return {operation.address: f"id-{operation.address}"}
        if isinstance(operation, Delete):
            self.live.pop(operation.address, None)
        return {}

    def _make(self, create: Create) -> None:
        address = create.address
        self.live[address] = LiveResource(
            address.kind, f"id-{address}", create.server_name, dict(create.leaves), create.marker
        )


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """The server behind every command of the test."""
    made = World()

    def connect(connection: Any, **_: Any) -> Any:
        made.connection = connection
        return SimpleNamespace(
            counts=SimpleNamespace(reads=6, writes=0),
            server=connection.base_url,
            close=lambda: None,
            get=made.get,
            send=made.send,
            waits=Waits(),
        )

    # A module that is first imported while another's name is replaced would keep the replacement for good.
    monkeypatch.setattr("reconciler.project.place.connect", connect)
    monkeypatch.setattr("reconciler.remote.connect", connect)
    monkeypatch.setattr("reconciler.project.session.Reader", lambda transport, project: made)
    for stage in ("planning", "resuming"):
        monkeypatch.setattr(f"reconciler.project.{stage}.Runs", lambda transport: made)
    monkeypatch.setattr("reconciler.project.applying.Writer", lambda transport, project, files: made)
    return made


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> SimulatedLetta:
    """A whole server in memory behind every command of the test, for those that `world` is too little for."""
    made = SimulatedLetta()
    wire = httpx.MockTransport(made)
    client = "reconciler.remote.http.transport.own_client"
    monkeypatch.setattr(client, lambda *_: httpx.Client(transport=wire))
    return made


@pytest.fixture
def letta(monkeypatch: pytest.MonkeyPatch) -> SimulatedLetta:
    """A whole server in memory that outlives a command."""
    made = SimulatedLetta()
    monkeypatch.setattr(
        "reconciler.remote.http.transport.own_client",
        lambda *_: httpx.Client(transport=httpx.MockTransport(made)),
    )
    return made


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with manifests, which is the current one; the cache lies beside it."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "all.yaml").write_text(PROJECT, encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("RECONCILER_CACHE", str(tmp_path / "cache.db"))
    for name in ("LETTA_BASE_URL", "LETTA_API_KEY", "LETTA_PROJECT", "RECONCILER_DEBUG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return folder


Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Runs a command line the way the process does: exit status, stdout and stderr apart."""

    def invoke(*arguments: str, input: str | None = None) -> Result:
        runner = CliRunner()
        return runner.invoke(_Whole(), list(arguments), input=input)

    return invoke


class _Whole(command_line.cli.__class__):  # type: ignore[misc, name-defined]
    """`main.run` as a click command, so that a CliRunner can capture what it prints."""

    def __init__(self) -> None:
        super().__init__("reconciler")

    def main(self, args: Any = None, **_: Any) -> Any:
        raise SystemExit(command_line.run(list(args or [])))


def boom(error: ReconcilerError | Exception) -> Callable[..., Any]:
    """A function that always raises."""

    def raising(*_: Any, **__: Any) -> Any:
        raise error

    return raising
