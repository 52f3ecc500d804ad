"""A server whose answers are damaged on their way: read by a program that has to make something of them.

In: the simulated server, and what is done to which answer. Out: answers. A request that is refused was not
carried out; one whose answer is damaged was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from reconciler.lock.on_server import PREFIX
from tests.fuzz.damage import edited
from tests.simulated import SimulatedLetta

Harm = Mapping[str, Any]
"""Done to the answer of the `request` of this number: `edits` of its JSON, `status` and `text` in its place,
`lost`, or `keep` so many bytes of it."""


@dataclass
class Damaging:
    """The server as it is heard; `heard` is every answer it gave, before the damage."""

    letta: SimulatedLetta
    harms: tuple[Harm, ...] = ()
    heard: list[tuple[str, Any]] = field(default_factory=list)
    writes: int = 0
    touched_lock: bool = False
    """Whether nobody could have given the lock back: what was asked about it was refused, or a lie."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """For `httpx.MockTransport`."""
        number = len(self.heard)
        mine = [harm for harm in self.harms if harm["request"] == number]
        self.writes += request.method != "GET"
        self.touched_lock |= bool(mine) and self._is_of_lock(request)
        for harm in mine:
            if "status" in harm:
                self.heard.append((request.url.path, None))
                headers = {str(key): str(value) for key, value in harm.get("headers", {}).items()}
                return httpx.Response(harm["status"], headers=headers, content=_bytes(harm["text"]))
        answer = self._answered(request)
        self.heard.append((request.url.path, json.loads(answer.content or b"null")))
        for harm in mine:
            answer = _damaged(answer, harm)
        return answer

    def _answered(self, request: httpx.Request) -> httpx.Response:
        try:
            return self.letta(request)
        except Exception as error:  # what is not simulated
            return httpx.Response(500, json={"detail": f"Export failed: not simulated: {error!r}"})

    def _is_of_lock(self, request: httpx.Request) -> bool:
        """Where the only way to the lock was cut: all but the answer of the request that takes it."""
        path = request.url.path.rstrip("/")
        row = self.letta.world.folders.get(path.rpartition("/")[2])
        if row is not None and str(row["name"]).startswith(PREFIX):
            return True
        return path == "/v1/folders" and request.method == "GET"


def _damaged(answer: httpx.Response, harm: Harm) -> httpx.Response:
    if "lost" in harm:
        raise httpx.ReadError("connection reset by peer")
    content = answer.content
    if "edits" in harm:
        document = json.loads(content or b"null")
        for edit in harm["edits"]:
            document = edited(document, edit)
        content = json.dumps(document).encode()
    if "keep" in harm:
        content = content[: int(harm["keep"])]
    return httpx.Response(answer.status_code, headers={"content-type": "application/json"}, content=content)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
