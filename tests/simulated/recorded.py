"""Writes down every request to a server and its answer, in front of a real or a simulated one."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.simulated.listening import Request, Response, listening

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

    def forward(request: Request) -> Response:
        with closing(http.client.HTTPConnection(target.hostname or "", target.port, timeout=120)) as server:
            server.request(request.method, request.path, request.content, _end_to_end(request.headers))
            answer = server.getresponse()
            body = answer.read()
        recorded.add(
            Exchange(request.method, request.path, answer.status, json.loads(body) if body else None)
        )
        return Response(answer.status, body, _end_to_end(dict(answer.getheaders())))

    with listening(forward) as recorded.url:
        yield recorded


def _end_to_end(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _HOP}
