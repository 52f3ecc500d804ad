"""One named embedded server: up, reset, down, status.

In: a name and a home directory. Out: a real Letta server on loopback, with its own PostgreSQL and, if asked,
the STUB model provider; all three are daemons. Commands on one instance exclude each other by a file lock.
It must not print; it tells a Progress what it does.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from reconciler.server.database import Database
from reconciler.server.environment import environment_at
from reconciler.server.errors import ServerError, from_os_error
from reconciler.server.loopback import get_json, letta_version
from reconciler.server.paths import InstancePaths, default_home, make_private
from reconciler.server.process import Daemon, file_lock
from reconciler.server.progress import Progress, Step, silent
from reconciler.server.start import Start
from reconciler.server.state import ServerStatus, read_state


class ServerInstance:
    """A handle on an instance; making one starts nothing."""

    def __init__(self, name: str = "default", home: Path | None = None) -> None:
        self.paths = InstancePaths(home or default_home(), name)
        self.letta = Daemon(self.paths.pid_file("server"), self.paths.log("server"), self.paths.root)
        self.stub = Daemon(self.paths.pid_file("stub-model"), self.paths.log("stub-model"), self.paths.root)

    def up(
        self,
        *,
        with_stub_model: bool = False,
        port: int | None = None,
        password: str | None = None,
        progress: Progress = silent,
    ) -> str:
        """Bring it up, or back up, and return the base URL; fine to call at any time.

        `port` None means the one it had, else 8283 for "default" and a free one for others; 0 is a free one.
        """
        make_private(self.paths.lock.parent)
        busy = f"another command works on instance {self.paths.name!r}, waiting for it"
        with file_lock(self.paths.lock, waiting=lambda: progress(Step.START, busy)):
            try:
                return Start(self.paths, self.letta, self.stub, progress).run(with_stub_model, port, password)
            except OSError as error:
                raise from_os_error(error, f"starting instance {self.paths.name!r}") from error

    def reset(self) -> None:
        """Delete everything users made on the running server, in a fraction of a second."""
        if self._database().pid() is None or self.letta.pid() is None:
            raise ServerError(
                f"instance {self.paths.name!r} is not running",
                why="reset empties the database of a running server",
                hint=f"reconciler server up --name {self.paths.name}",
            )
        self._database().reset()

    def down(self, *, delete: bool = False) -> bool:
        """Stop everything, and with `delete` remove the data; says whether there was anything to do."""
        if not self.paths.root.exists():
            return False
        with file_lock(self.paths.lock):
            stopped = [self.letta.stop(), self.stub.stop(), self._database().stop()]
            try:
                self._forget(delete)
            except OSError as error:
                raise from_os_error(error, f"removing instance {self.paths.name!r}") from error
        return any(stopped) or delete

    def _forget(self, delete: bool) -> None:
        """A server that was stopped on purpose starts without its old choices, except for its ports."""
        state = read_state(self.paths.state)
        if state is not None:
            replace(state, with_stub=False, secure=False, since="").write(self.paths.state)
        if delete:
            sockets = self.paths.socket_directory
            shutil.rmtree(self.paths.root)
            if sockets != self.paths.pgdata and sockets.exists():
                shutil.rmtree(sockets)

    def status(self) -> ServerStatus:
        """What runs, as far as one look can tell; it never waits longer than a few seconds."""
        state = read_state(self.paths.state)
        pid = self.letta.pid()
        version = letta_version(state.base_url) if state is not None and pid is not None else None
        running = version is not None and self._database().pid() is not None
        stub_url = state.stub_url if state is not None and self.stub.pid() is not None else None
        return ServerStatus(
            name=self.paths.name,
            running=running,
            url=state.base_url if state is not None and running else None,
            version=version,
            pid=pid,
            since=state.since if state is not None and running else None,
            data_dir=str(self.paths.root),
            stub_model_url=stub_url if stub_url and get_json(f"{stub_url}/models") else None,
            secure=state is not None and running and state.secure,
        )

    def _database(self) -> Database:
        environment = environment_at(self.paths.home)
        return Database(self.paths, environment)
