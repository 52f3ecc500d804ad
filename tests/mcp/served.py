"""`reconciler mcp` as a process, for a user who has everything on the server in memory."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.live.project import Project
from tests.runtime import team
from tests.simulated import SimulatedLetta
from tests.simulated.serve import served

TOKEN = "a-token-of-decent-length"


class Server:
    """The program on one port; what it wrote to stderr is kept."""

    def __init__(self, folder: Path, letta: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        arguments = ["mcp", "--user", "42", "--manifests", str(folder), "--http", str(self._port)]
        self.command = [sys.executable, "-m", "reconciler", *arguments]
        self.on_stdio = self.command[:-2]
        self.environ = {
            **os.environ,
            "LETTA_BASE_URL": letta,
            "RECONCILER_MCP_TOKEN": TOKEN,
            "RECONCILER_CACHE": str(folder / "cache.db"),
        }
        self.said: list[str] = []

    @property
    def url(self) -> str:
        """Where clients reach it."""
        return f"http://127.0.0.1:{self._port}/mcp"

    @contextmanager
    def running(self) -> Iterator[None]:
        """For the time of a block."""
        process = subprocess.Popen(self.command, env=self.environ, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        try:
            assert str(self._port) in process.stderr.readline()  # it says its address before it listens
            with httpx.Client(transport=httpx.HTTPTransport(retries=10), timeout=60) as client:
                client.get(self.url)
            yield
        finally:
            process.terminate()
            self.said += process.communicate(timeout=60)[1].splitlines()


@contextmanager
def over_a_simulated_server(folder: Path) -> Iterator[Server]:
    """The program, not started yet, for user 42."""
    roster = {"kind": "Users", "constellation": "team", "users": [{"id": "42"}]}
    manifests = team.write(folder / "project", roster)
    with served(SimulatedLetta()) as url:
        Project(manifests, url, folder / "cache.db").apply()
        yield Server(manifests, url)
