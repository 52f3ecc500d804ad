"""A bot of one file: whoever writes to it for the first time gets agents of their own.

    GET  /health                            200 once the Letta server answers
    POST /users/{id}/messages {"text": …}   what the user's agents answer
    POST /users/{id}/notes {"text": …}      remember something about the user
    GET  /users/{id}/notes?q=…              what is known about it
    GET  /users/{id}/state                  how the user is, as the agents put it

In: HTTP requests, as a chat platform would send them. Out: JSON. Nothing is kept here: agents, memory and
notes live on the Letta server, their ids in the reconciler's cache, so any number of these may run side by
side.
"""

from __future__ import annotations

import argparse
import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from reconciler import Constellations, ReconcilerError

MANIFESTS = Path(__file__).parent / "constellation"
ROUTE = re.compile(r"/users/([^/]+)/(messages|notes|state)")
LONGEST = 10_000


class Bot:
    """What the bot does, apart from HTTP."""

    def __init__(self, constellations: Constellations) -> None:
        self._constellations = constellations

    def say(self, user: str, text: str, name: str) -> dict[str, Any]:
        """Pass a message on; somebody new is given a constellation first."""
        exchange = self._set_of(user, name).group("main").exchange(text)
        return {"answers": [{"from": m.speaker, "text": m.text} for m in exchange.messages if m.text]}

    def note(self, user: str, text: str, name: str) -> dict[str, Any]:
        """Keep an insight where all agents of the user find it."""
        return {"file": self._set_of(user, name).source("knowledge").add(text)}

    def notes(self, user: str, query: str, name: str) -> dict[str, Any]:
        """What is known, nearest first."""
        hits = self._set_of(user, name).source("knowledge").search(query)
        return {"found": [hit.text for hit in hits]}

    def state(self, user: str, name: str) -> dict[str, Any]:
        """The shared block the agents keep up to date."""
        return {"state": self._set_of(user, name).block("current_state").read()}

    def _set_of(self, user: str, name: str) -> Any:
        """Costs no request when the user is known."""
        return self._constellations.provision(user, parameters={"name": name})


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: BotServer

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), LONGEST)
        try:
            body = json.loads(self.rfile.read(length) or b"{}")
        except ValueError:
            body = None
        if not isinstance(body, dict) or not str(body.get("text") or ""):
            self._send(400, {"error": 'send {"text": "..."}'})
            return
        self._answer(str(body["text"]))

    def _answer(self, text: str | None) -> None:
        url = urlsplit(self.path)
        if url.path == "/health":
            self._send(200, {"status": "ok"})
            return
        route = ROUTE.fullmatch(url.path)
        if route is None:
            self._send(404, {"error": "there is no such thing"})
            return
        user, what = unquote(route[1]), route[2]
        query = parse_qs(url.query).get("q", [""])[0]
        try:
            self._send(200, self._done(user, what, text, query))
        except ReconcilerError as error:
            self._send(503, {"error": error.summary})

    def _done(self, user: str, what: str, text: str | None, query: str) -> dict[str, Any]:
        bot, name = self.server.bot, user
        if what == "messages" and text is not None:
            return bot.say(user, text, name)
        if what == "notes":
            return bot.note(user, text, name) if text is not None else bot.notes(user, query, name)
        return bot.state(user, name)

    def _send(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Users' ids are nobody's business."""


class BotServer(ThreadingHTTPServer):
    """Answers many at once."""

    def __init__(self, port: int, bot: Bot) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.bot = bot


def main() -> None:
    parser = argparse.ArgumentParser(description="A bot with Letta agents for everybody who writes to it.")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--wait-for-server", type=float, default=60.0, metavar="SECONDS")
    arguments = parser.parse_args()
    with Constellations(MANIFESTS, wait_for_server=arguments.wait_for_server) as constellations:
        constellations.warm()
        with BotServer(arguments.port, Bot(constellations)) as server:
            print(f"http://127.0.0.1:{server.server_port}", flush=True)
            server.serve_forever()


if __name__ == "__main__":
    main()
