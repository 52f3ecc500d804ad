"""The servers a history can be played on: the simulated one, and the real one.

In: requests of others. Out: answers, and everything that is there, as rows of tables. It must not know the
product.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.audit.snapshot import Snapshot
from tests.live.files import upload
from tests.live.raw import RawServer
from tests.simulated import Asked, SimulatedLetta
from tests.simulated.tables import tables

_SECRETS = "agent_environment_variables"


class Server(Protocol):
    """What a world asks of a server."""

    url: str
    is_simulated: bool

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """The answer to a request of the product; only where requests pass through us."""

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One request of somebody else; what it answers. Anything but a success is an error."""

    def upload(self, folder: str, name: str, text: str) -> Any:
        """A file of somebody else."""

    def look(self) -> Snapshot:
        """Everything that is there."""


class Simulated:
    """A simulated server, each a new one."""

    url = "http://127.0.0.1:1"
    is_simulated = True

    def __init__(self) -> None:
        self.letta = SimulatedLetta()
        self._seen: Snapshot | None = None
        """What was there when somebody looked last, as long as nobody writes."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """What it says."""
        self._forget(request.method)
        return self.letta(request)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """What it says to somebody else."""
        content = b"" if body is None else json.dumps(body).encode()
        return self._answer(method, path, content)

    def upload(self, folder: str, name: str, text: str) -> Any:
        """As a form with one part."""
        part = f"--x\r\nContent-Disposition: form-data\r\n\r\n{text}\r\n--x--\r\n".encode()
        return self._answer("POST", f"/v1/folders/{folder}/upload?name={name}", part)

    def look(self) -> Snapshot:
        """Its tables."""
        if self._seen is None:
            self._seen = tables(self.letta.world)
        return self._seen

    def _forget(self, method: str) -> None:
        if method != "GET":
            self._seen = None

    def _answer(self, method: str, path: str, content: bytes) -> Any:
        self._forget(method)
        parts = urlsplit(path)
        answer = self.letta.answer(Asked(method, parts.path, parse_qs(parts.query, True), content))
        assert answer.status == 200, (method, path, answer)
        return answer.body


class Real:
    """A real server; the auditor of the tests looks after its tables."""

    is_simulated = False

    def __init__(self, url: str, look: Callable[[], Snapshot]) -> None:
        self.url = url
        self._look = look
        self._raw = RawServer(url)

    def look(self) -> Snapshot:
        """Its tables, with the secrets that it keeps encrypted as it shows them."""
        seen = self._look()
        rows = {key: dict(row) for key, row in seen.rows(_SECRETS).items()}
        for agent in {row["agent_id"] for row in rows.values()}:
            shown = self.call("GET", f"/v1/agents/{agent}?include=agent.secrets")["secrets"]
            values = {each["key"]: each["value"] for each in shown}
            for row in (each for each in rows.values() if each["agent_id"] == agent):
                row["value"] = values[row["key"]]
        return Snapshot({**seen.texts, _SECRETS: {key: json.dumps(row) for key, row in rows.items()}})

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """The product has a connection of its own."""
        raise NotImplementedError(request)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """As curl."""
        return self._raw.call(method, path, body)

    def upload(self, folder: str, name: str, text: str) -> Any:
        """As the tests of files do."""
        return upload(self._raw, folder, name, text.encode())
