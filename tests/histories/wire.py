"""What lies between the product and a simulated server: requests are counted, some go wrong, some kill.

In: a server and a fault, as data. Out: answers. It must not know what a request is for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import httpx

READS = ("GET",)
Answers = Callable[[httpx.Request], httpx.Response]


class Killed(BaseException):
    """The process ended here: whatever was to follow in it does not happen."""


@dataclass(frozen=True)
class Fault:
    """What goes wrong with the writes of one command, from the `at`-th on and so many `times`.

    reset        the connection breaks before the request is sent
    lost         the server does it, the answer never comes
    429, 500     the server refuses
    kill-before  the process ends before the request is sent
    kill-after   the process ends after the server did it
    """

    kind: str
    at: int
    times: int = 1


def _nobody() -> None:
    """Nobody wants to know."""


class Wire:
    """For `httpx.MockTransport`: one command's connection to the server."""

    def __init__(
        self, server: Answers, fault: Fault | None = None, on_kill: Callable[[], None] = _nobody
    ) -> None:
        self._server, self._fault, self._on_kill = server, fault, on_kill
        self.writes: list[tuple[str, str]] = []
        """Method and path of each that was sent, or would have been."""
        self.is_dead = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """The answer, or what comes instead of it."""
        if self.is_dead:
            raise Killed
        if request.method in READS:
            return self._server(request)
        self.writes.append((request.method, request.url.path))
        fault = self._fault
        if fault is None or not fault.at <= len(self.writes) < fault.at + fault.times:
            return self._server(request)
        return self._goes_wrong(request, fault)

    def _goes_wrong(self, request: httpx.Request, fault: Fault) -> httpx.Response:
        if fault.kind == "reset":
            raise httpx.ConnectError("reset", request=request)
        if fault.kind in ("429", "500"):
            return httpx.Response(
                int(fault.kind), json={"detail": "An unknown error occurred"}, request=request
            )
        if fault.kind == "kill-before":
            self._die()
        answer = self._server(request)
        if fault.kind == "lost":
            raise httpx.ReadError("lost", request=request)
        assert fault.kind == "kill-after", fault.kind
        del answer
        return self._die()

    def _die(self) -> httpx.Response:
        self.is_dead = True
        self._on_kill()
        raise Killed
