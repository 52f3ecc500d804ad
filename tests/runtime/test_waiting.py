"""A program that starts beside its server waits for it."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from reconciler import Constellations
from reconciler.errors import ServerUnreachable
from reconciler.remote import Connection, RetryPolicy, connect
from tests.live.project import Project


class Late(BaseHTTPRequestHandler):
    """A server that is just up."""

    def do_GET(self) -> None:
        body = b'{"version": "0.16.8"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def test_it_knocks_until_somebody_is_there() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Late, bind_and_activate=False) as server:
        server.server_bind()
        pauses: list[float] = []

        def sleep(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 5:
                server.server_activate()
                threading.Thread(target=server.serve_forever, daemon=True).start()

        transport = connect(
            Connection(f"http://127.0.0.1:{server.server_port}"), policy=RetryPolicy(sleep=sleep)
        )
        transport.wait(60)
        transport.close()
        server.shutdown()
    assert len(pauses) == 5
    assert pauses[4] > pauses[0] * 3


def test_it_gives_up_when_told_to() -> None:
    began = time.monotonic()
    transport = connect(Connection("http://127.0.0.1:9"))
    with pytest.raises(ServerUnreachable):
        transport.wait(1.5)
    transport.close()
    assert time.monotonic() - began < 60


def test_the_library_waits(letta_url: str, folder: Path) -> None:
    with Constellations(folder, base_url=letta_url, cache=False, wait_for_server=5) as constellations:
        assert constellations.requests == (1, 0)


def test_commands_wait(project: Project) -> None:
    result = project.run("plan", str(project.root), "--wait-for-server", "5s")
    assert result.exit_code == 0, result.output
    assert project.run("plan", "--wait-for-server", "soon").exit_code == 1
