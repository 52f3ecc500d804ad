"""Where a history takes place: a server, machines with a cache and a state each, one project folder.

In: command lines, and what others do by the API. Out: what came of each command, with the server's rows
before and after it. It must not know what should have come of it.
"""

from __future__ import annotations

import contextlib
import io
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import yaml

import reconciler.remote
from reconciler.cli import main as command_line
from reconciler.plan.file.document import to_document
from reconciler.project import place, planning, resuming
from reconciler.remote import RetryPolicy
from tests.audit import hooks, ledger
from tests.audit.snapshot import Snapshot
from tests.histories.servers import Server
from tests.histories.wire import Fault, Killed, Wire

API = "reconciler/v1"
_NO_PROCESS = 2**22
"""Above every process id of this system: whoever asks whether such a process lives is told that it does
not."""
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_connect = reconciler.remote.connect


@dataclass(frozen=True)
class Ran:
    """One command."""

    argv: tuple[str, ...]
    machine: str
    exit: int | None
    """None when it was killed."""
    stdout: str
    stderr: str
    plans: tuple[dict[str, Any], ...]
    """Every plan it made, as JSON; the last one is what it shows or carries out."""
    entries: tuple[dict[str, Any], ...]
    """What it announced and what came of it, as the auditor takes it down."""
    writes: tuple[tuple[str, str], ...]
    before: Snapshot
    after: Snapshot
    pin: str
    """The secret that no command may say."""
    fault: Fault | None = None

    @property
    def plan(self) -> dict[str, Any]:
        """The plan that counts; empty when there is none."""
        return self.plans[-1] if self.plans else {}

    @property
    def verb(self) -> str:
        """The command's name."""
        return self.argv[0]

    def __str__(self) -> str:
        return f"{self.machine}$ reconciler {' '.join(self.argv)} -> {self.exit}"


@dataclass
class World:
    """The server, the project folder and the machines; `opened` puts it up for the time of a block."""

    server: Server
    folder: Path
    processes: int = 0
    pin: str = ""
    """What the environment says of the secret."""
    _notes: list[dict[str, Any]] = field(default_factory=list)
    _plans: list[dict[str, Any]] = field(default_factory=list)

    @property
    def project(self) -> Path:
        """Where the manifests are."""
        return self.folder / "project"

    def machine(self, name: str) -> Path:
        """The folder with cache and state of one machine."""
        return self.folder / "machines" / name

    def machines(self) -> list[Path]:
        """Folders of all machines there have been."""
        return sorted((self.folder / "machines").glob("*"))

    def write(self, project: Path, documents: list[dict[str, Any]], files: dict[str, str]) -> None:
        """Replace a whole project."""
        shutil.rmtree(project, ignore_errors=True)
        for name, text in files.items():
            path = project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        project.mkdir(parents=True, exist_ok=True)
        text = yaml.dump_all(
            [{"apiVersion": API, **each} for each in documents], Dumper=_DUMPER, sort_keys=False
        )
        (project / "all.yaml").write_text(text, encoding="utf-8")

    def run(self, machine: str, *argv: str, fault: Fault | None = None) -> Ran:
        """One command in a process of its own, as far as anybody can tell."""
        home = self.machine(machine)
        home.mkdir(parents=True, exist_ok=True)
        self._notes.clear()
        self._plans.clear()
        self.processes += 1
        saved = home.with_name(f"{machine}.killed")
        wire = Wire(self.server, fault, on_kill=lambda: _copy(home, saved))
        out, err, before = io.StringIO(), io.StringIO(), self.server.look()
        status: int | None = None
        with self._process(machine, wire), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = command_line.run(list(argv))
            except Killed:
                status = None
        if wire.is_dead:
            status = None
            shutil.rmtree(home)
            saved.rename(home)
        return Ran(
            argv,
            machine,
            status,
            out.getvalue(),
            err.getvalue(),
            tuple(self._plans),
            tuple(self._notes),
            tuple(wire.writes),
            before,
            self.server.look(),
            self.pin,
            fault,
        )

    @contextmanager
    def _process(self, machine: str, wire: Wire) -> Iterator[None]:
        """Environment, process id and connection of one command."""
        environ = {
            "LETTA_BASE_URL": self.server.url,
            "RECONCILER_CACHE": str(self.machine(machine) / "cache.db"),
            "RECONCILER_PARALLEL": "1",
            "RECONCILER_PATIENCE": "0",
            "PIN": self.pin,
            "XDG_DATA_HOME": str(self.folder),
            "XDG_STATE_HOME": str(self.folder),
        }
        with ExitStack() as stack:
            enter = stack.enter_context
            enter(mock.patch.dict(os.environ, environ))
            if self.server.is_simulated:
                enter(mock.patch.object(os, "getpid", return_value=_NO_PROCESS + self.processes))
                enter(mock.patch.object(platform, "node", return_value=machine))
                for module in (reconciler.remote, place):
                    enter(mock.patch.object(module, "connect", _connecting(wire)))
            yield

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Plans and deeds are taken down."""
        with ExitStack() as stack:

            def replace(owner: Any, name: str, value: Any) -> None:
                stack.enter_context(mock.patch.object(owner, name, value))

            replace(planning, "plan", self._noting(planning.plan))
            replace(resuming, "resume", self._noting(resuming.resume))
            if self.server.is_simulated:
                replace(ledger, "note", self._notes.append)
                hooks.install(replace)
            yield

    def _noting(self, plan: Any) -> Any:
        def noting(*arguments: Any, **more: Any) -> Any:
            planned = plan(*arguments, **more)
            self._plans.append(plan_document(planned.plan))
            return planned

        return noting


@contextmanager
def opened(server: Server) -> Iterator[World]:
    """A world on this server, with a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="history-") as folder:
        world = World(server, Path(folder))
        with world._watched():
            yield world


def plan_document(plan: Any) -> dict[str, Any]:
    """The plan as a program reads it from its JSON."""
    return to_document(plan)


def _connecting(wire: Wire) -> Any:
    def connect(
        connection: Any, http_client: Any = None, *, parallel: int = 8, policy: Any = None, waits: Any = None
    ) -> Any:
        client = httpx.Client(transport=httpx.MockTransport(wire))
        patient = RetryPolicy(sleep=lambda seconds: None, jitter=lambda: 0.0)
        return _connect(connection, client, parallel=parallel, policy=patient, waits=waits)

    return connect


def _copy(home: Path, to: Path) -> None:
    """The disk as a process that ends right now leaves it; shared memory of SQLite goes with the process."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(home, to, ignore=shutil.ignore_patterns("*-shm"))
