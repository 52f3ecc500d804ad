"""The simulated server on a loopback port, for commands that take a URL."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from urllib.parse import parse_qs, urlsplit

from tests.simulated.letta import Asked, SimulatedLetta
from tests.simulated.listening import Request, Response, listening


def served(letta: SimulatedLetta) -> AbstractContextManager[str]:
    """Its URL for the time of the block."""

    def respond(request: Request) -> Response:
        parts = urlsplit(request.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        answer = letta.answer(Asked(request.method, parts.path, query, request.content))
        return Response(answer.status, json.dumps(answer.body).encode())

    return listening(respond)
