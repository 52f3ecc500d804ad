"""What was announced and what others did, told to the test by every process of it, one line at a time.

In: entries, which are plain JSON. Out: the same, in the order they came. A socket, because a process whose
disk is full must be able to speak; who speaks waits until the line was taken down, so that nothing is late.
Where the socket is stands in the environment; without it nothing is said. Standard library only: processes of
a test load it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import socketserver
import tempfile
import threading
from pathlib import Path
from typing import Any

VARIABLE = "RECONCILER_TESTS_LEDGER"
_LONGEST = 30.0


def note(entry: dict[str, Any]) -> None:
    """Say one thing; nobody may be there to hear it any more."""
    path = os.environ.get(VARIABLE)
    if not path:
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
        line.settimeout(_LONGEST)
        line.connect(path)
        line.sendall(json.dumps(entry, default=str).encode() + b"\n")
        line.recv(1)


class Ledger:
    """Takes down what is said, until it is closed."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self._folder = tempfile.mkdtemp(prefix="audit-")
        self.path = str(Path(self._folder) / "ledger")
        handler = type("Handler", (_Handler,), {"entries": self.entries})
        self._server = _Server(self.path, handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Take down nothing more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)
        shutil.rmtree(self._folder)


class _Handler(socketserver.StreamRequestHandler):
    entries: list[dict[str, Any]]

    def handle(self) -> None:
        """Half a line of a process that was killed is left out."""
        line = self.rfile.readline()
        if line.endswith(b"\n"):
            self.entries.append(json.loads(line))
            with contextlib.suppress(OSError):
                self.wfile.write(b".")


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who was killed while speaking is no error here."""
