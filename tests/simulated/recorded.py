"""Writes down every request to a server and its answer, in front of a real or a simulated one."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_HOP = {"connection", "transfer-encoding", "content-length", "host", "keep-alive", "date", "server"}


@dataclass(frozen=True)
class Exchange:
    """One request and its answer."""

    method: str
    path: str
    """With its query."""
    status: int
    body: Any


@dataclass
class Recording:
    """All exchanges since it was last taken."""

    url: str = ""
    _exchanges: list[Exchange] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, exchange: Exchange) -> None:
        """Note one."""
        with self._lock:
            self._exchanges.append(exchange)

    def take(self) -> list[Exchange]:
        """All of them; the next ones begin anew."""
        with self._lock:
            taken, self._exchanges = self._exchanges, []
            return taken


@contextmanager
def recording(upstream: str) -> Iterator[Recording]:
    """In front of this server for the time of the block."""
    recorded, target = Recording(), urlsplit(upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=120)
            connection.request(self.command, self.path, content, headers)
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            recorded.add(Exchange(self.command, self.path, answer.status, json.loads(body) if body else None))
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = _handle

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    recorded.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield recorded
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
