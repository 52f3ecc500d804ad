"""How an instance comes up: install, database, STUB model if asked, server; each step only if needed.

In: the daemons of an instance and what was asked for. Out: the base URL of a healthy server. It is called
under the instance's lock and repairs whatever a kill left behind. It must not stop a server that already is
as asked.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime

from reconciler.server.database import Database
from reconciler.server.environment import ensure_environment, environment_at
from reconciler.server.errors import PortTaken, ServerDied, ServerError
from reconciler.server.letta import server_command, server_variables, stub_command
from reconciler.server.loopback import LOOPBACK, free_port, get_json, letta_version, port_is_free
from reconciler.server.model_endpoint import OPENAI_URL, move_endpoint, point_provider
from reconciler.server.paths import InstancePaths
from reconciler.server.process import Daemon, wait_until
from reconciler.server.progress import Progress, Step
from reconciler.server.state import InstanceState, read_state, stub_url_at

DEFAULT_PORT = 8283
_SECONDS_TO_START = 240.0
_SECONDS_TO_ANSWER = 10.0
"""A busy server may need this long to answer a health check."""


class Start:
    """One run of `up`."""

    def __init__(self, paths: InstancePaths, letta: Daemon, stub: Daemon, progress: Progress) -> None:
        self.paths, self.letta, self.stub, self.progress = paths, letta, stub, progress

    def run(self, with_stub_model: bool, port: int | None, password: str | None) -> str:
        """The base URL, once everything asked for is healthy."""
        before = read_state(self.paths.state)
        kept = self._living_server(before, with_stub_model, port, password)
        if kept is not None and self._is_healthy(kept):
            return kept.base_url
        # refusals come before the slow steps
        chosen = kept.port if kept is not None else self._choose_port(before, port, password)
        self.paths.make()
        database = Database(self.paths, ensure_environment(self.paths.home, self.progress))
        self.progress(Step.DATABASE, "starting PostgreSQL")
        database.ensure_running(say=lambda text: self.progress(Step.DATABASE, text))
        state = self._ensure_stub(before or InstanceState(port=chosen), with_stub_model)
        if before is not None and before.stub_port and state.stub_port:
            move_endpoint(database, stub_url_at(before.stub_port), stub_url_at(state.stub_port))
        if state != kept:
            self._start_server(database, replace(state, port=chosen), password)
        return f"http://{LOOPBACK}:{chosen}"

    def _living_server(
        self, before: InstanceState | None, with_stub_model: bool, port: int | None, password: str | None
    ) -> InstanceState | None:
        """The state of a server that lives, answers and is as asked; any other one is stopped."""
        if before is None or self.letta.pid() is None:
            return None
        self._check_port(before, port)
        reason = self._reason_to_restart(before, with_stub_model, password)
        if reason is None:
            return before
        if before.secure and password is None:
            raise self._password_needed()
        self.progress(Step.START, f"restarting the server: {reason}")
        self.letta.stop()
        return None

    def _check_port(self, before: InstanceState, port: int | None) -> None:
        if port in (None, 0, before.port):
            return
        raise ServerError(
            f"instance {self.paths.name!r} already runs on port {before.port}",
            why=f"it cannot listen on {port} at the same time",
            hint=f"reconciler server down --name {self.paths.name}, then up with --port {port}",
        )

    def _reason_to_restart(
        self, before: InstanceState, with_stub_model: bool, password: str | None
    ) -> str | None:
        """Why a living server is not as asked; None when it is."""
        if not wait_until(lambda: self._answers(before), _SECONDS_TO_ANSWER):
            return "it does not answer"
        if with_stub_model and not before.with_stub:
            return "it runs without the STUB model"
        if password is None or not self._database_runs():
            return None
        if not before.secure:
            return "it runs without a password"
        agents = get_json(f"{before.base_url}/v1/agents/?limit=1", password=password, timeout=10.0)
        return "the password has changed" if agents is None else None

    def _is_healthy(self, state: InstanceState) -> bool:
        return self._answers(state) and self._database_runs() and self._stub_answers(state)

    def _answers(self, state: InstanceState) -> bool:
        return self.letta.pid() is not None and letta_version(state.base_url) is not None

    def _database_runs(self) -> bool:
        return Database(self.paths, environment_at(self.paths.home)).pid() is not None

    def _stub_answers(self, state: InstanceState) -> bool:
        if not state.with_stub:
            return True
        return self.stub.pid() is not None and get_json(f"{state.stub_url}/models") is not None

    def _ensure_stub(self, state: InstanceState, wanted: bool) -> InstanceState:
        """The state to run the server in, with the STUB model answering if it is part of it."""
        if not wanted and not state.with_stub:
            return state
        if state.with_stub and self._stub_answers(state):
            return state
        self.stub.stop()
        port = state.stub_port if state.stub_port and port_is_free(state.stub_port) else free_port()
        state = replace(state, with_stub=True, stub_port=port)
        self.progress(Step.START, f"starting the STUB model provider on {state.stub_url}")
        self.stub.start(stub_command(self.paths, port), os.environ, self.paths.scratch)
        if not wait_until(lambda: self._stub_answers(state), 15.0):
            raise ServerDied("the STUB model provider did not start", why=self.stub.last_lines())
        return state

    def _start_server(self, database: Database, state: InstanceState, password: str | None) -> None:
        """Replace whatever is left of the server by a new one and wait until it answers."""
        self.letta.stop()
        since = datetime.now(UTC).isoformat(timespec="seconds")
        state = replace(state, secure=password is not None, since=since)
        state.write(self.paths.state)
        environment = database.environment
        variables = server_variables(os.environ, environment, self.paths, database.uri, state, password)
        point_provider(database, variables.get("OPENAI_BASE_URL") or OPENAI_URL)
        self.progress(Step.START, f"starting Letta on {state.base_url} (some 20 seconds)")
        self.letta.start(server_command(environment, self.paths, state.port), variables, self.paths.scratch)
        self._wait(state)

    def _password_needed(self) -> ServerError:
        return ServerError(
            f"instance {self.paths.name!r} is protected by a password and has to be started again",
            why="the password is stored nowhere, and starting without one would open it",
            hint=f"up --password-env NAME, or first reconciler server down --name {self.paths.name}",
        )

    def _choose_port(self, before: InstanceState | None, port: int | None, password: str | None) -> int:
        if before is not None and before.secure and password is None:
            raise self._password_needed()
        if port == 0:
            return free_port()
        remembered = before.port if before is not None and before.port else None
        if port is None and remembered is None and self.paths.name != "default":
            return free_port()
        wanted = port or remembered or DEFAULT_PORT
        # a server of ours that was just killed needs a moment until the system closes its socket
        if wait_until(lambda: port_is_free(wanted), 3.0 if wanted == remembered else 0.0):
            return wanted
        version = letta_version(f"http://{LOOPBACK}:{wanted}", timeout=1.0)
        raise PortTaken(
            f"port {wanted} is taken",
            why=f"another Letta server ({version}) answers there"
            if version
            else "another program listens there",
            hint=f"reconciler server up --name {self.paths.name} --port 0 (picks a free port)",
        )

    def _wait(self, state: InstanceState) -> None:
        def settled() -> bool:
            return self.letta.pid() is None or letta_version(state.base_url, timeout=1.0) is not None

        in_time = wait_until(settled, _SECONDS_TO_START, interval=0.15)
        if in_time and self._answers(state):
            return
        self.letta.stop()
        raise ServerDied(
            "the Letta server did not answer in time"
            if not in_time
            else "the Letta server ended while starting",
            why=f"the end of its log:\n{self.letta.last_lines()}",
            hint=f"reconciler server logs --name {self.paths.name}, then up again",
        )
