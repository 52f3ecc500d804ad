"""The simulated server: one function from a request to an answer.

In: method, path, query and body. Out: a status and JSON. Whatever is not simulated is answered 501, so that a
test that needs more fails loudly instead of going on with an answer that nobody measured.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

from tests.simulated.agents import Agents
from tests.simulated.blocks import Blocks
from tests.simulated.folders import Folders
from tests.simulated.groups import Groups
from tests.simulated.listing import NoSuchCursor, Query
from tests.simulated.said import Said
from tests.simulated.tools import Tools
from tests.simulated.world import Refusal, World


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    query: Query
    content: bytes = b""

    @property
    def body(self) -> dict[str, Any]:
        """Its JSON."""
        found = json.loads(self.content or b"{}")
        assert isinstance(found, dict)
        return found


@dataclass(frozen=True)
class Answer:
    """One answer; `body` is JSON."""

    status: int
    body: Any


Handler = Callable[..., Any]


class SimulatedLetta:
    """A server of its own; thread-safe: one request at a time."""

    def __init__(self) -> None:
        self.world = World()
        self._lock = threading.Lock()
        kinds = (Tools, Blocks, Folders, Agents, Groups, Said)
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = [
            (method, _pattern(path), handler)
            for kind in kinds
            for method, path, handler in kind(self.world).routes()
        ]
        self._routes.append(("GET", _pattern("/v1/health/"), lambda asked: _HEALTH))

    def answer(self, asked: Asked) -> Answer:
        """What the server says."""
        with self._lock:
            for method, pattern, handler in self._routes:
                found = pattern.fullmatch(asked.path) if method == asked.method else None
                if found:
                    try:
                        return Answer(200, handler(asked, *map(unquote, found.groups())))
                    except Refusal as refusal:
                        return Answer(refusal.status, {"detail": refusal.detail})
                    except NoSuchCursor as missing:
                        return Answer(404, {"detail": f"NOT_FOUND: {missing}"})
        return Answer(501, {"detail": f"not simulated: {asked.method} {asked.path}"})

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """For `httpx.MockTransport`."""
        parts = urlsplit(str(request.url))
        asked = Asked(request.method, parts.path, parse_qs(parts.query, True), request.read())
        answer = self.answer(asked)
        return httpx.Response(answer.status, json=answer.body)


_HEALTH = {"version": "0.16.8", "status": "ok"}


def _pattern(path: str) -> re.Pattern[str]:
    """`*` stands for one segment."""
    return re.compile(re.escape(path).replace(r"\*", "([^/]+)"))
