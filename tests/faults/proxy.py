"""A server between client and server that does to requests what networks and servers do.

In: a rule that names a fault for a request, or none. Out: an address to connect to, and what went through.
Standard library only; it shares no code with the adapter under test. Writes are noted for the auditor.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import select
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.audit.ledger import note

_LONGEST_HOLD = 60.0
_LONGEST_SETTLING = 180.0
_LINGER_OFF = struct.pack("ii", 1, 0)
_LIST = re.compile(
    r"^/v1/(agents|blocks|groups|folders|tools|tags|runs|archives|conversations)/$"
    r"|^/v1/\w+/[^/]+/(files|passages|agents|messages|archival-memory|tools|blocks|folders|groups)$"
)
_IN_DESCRIPTION = re.compile(r"\[letta-reconciler 1 \S+ (\S+) ")


class Fault(Enum):
    """What happens to one request."""

    RESET_BEFORE = "reset before"
    """The connection is reset, nothing is forwarded."""
    LOST_AFTER = "answer lost"
    """The server did it, the connection is reset."""
    STATUS_400 = "400"
    """Refused, and for good."""
    STATUS_500 = "500"
    STATUS_503 = "503"
    STATUS_409 = "409 lock"
    STATUS_429 = "429"
    DONE_500 = "500 after"
    """The server did it, and then says 500."""
    SLOW = "slow"
    """The server did it, the answer never comes: the client has to give up."""
    LATE = "late"
    """The server gets it only after the client gave up."""
    BROKEN = "broken answer"
    """The server did it, half of its answer arrives."""
    KILL_BEFORE = "kill before"
    """The client is killed, nothing is forwarded."""
    KILL_AFTER = "kill after"
    """The server did it, the client is killed before it knows."""
    KILL_LATE = "kill, done late"
    """The client is killed, and the server gets the request only when `release` is set."""


KILLS = (Fault.KILL_BEFORE, Fault.KILL_AFTER, Fault.KILL_LATE)
WEATHER = tuple(fault for fault in Fault if fault not in (*KILLS, Fault.STATUS_400))
"""What passes when the same is asked again."""

_AGAIN = "#"

_STATUSES = {
    Fault.STATUS_400: (400, {"detail": "not now"}, {}),
    Fault.STATUS_500: (500, {"detail": "A database error occurred."}, {}),
    Fault.STATUS_503: (503, {"detail": "Service unavailable"}, {}),
    Fault.STATUS_409: (
        409,
        {"detail": "CONFLICT: Block was updated by another transaction. Please retry your request."},
        {"Retry-After": "0"},
    ),
    Fault.STATUS_429: (429, {"detail": "Too many requests"}, {"Retry-After": "0"}),
    Fault.DONE_500: (500, {"detail": "A database error occurred."}, {}),
}
_FORWARDED_FIRST = {Fault.LOST_AFTER, Fault.DONE_500, Fault.SLOW, Fault.BROKEN, Fault.KILL_AFTER}


@dataclass(frozen=True)
class Sent:
    """One request as it arrived."""

    number: int
    """Counts from 1: writes among writes, reads among reads."""
    method: str
    path: str
    subject: str
    """Address in the marker of the body, or whose record it is; empty when it has neither."""

    @property
    def is_write(self) -> bool:
        return self.method != "GET"

    @property
    def label(self) -> str:
        """The same for the same write of another run: server ids are left out."""
        path = re.sub(r"[a-z]+-[0-9a-f-]{36}", "ID", urlsplit(self.path).path)
        return f"{self.method} {path} {self.subject}"


Rule = Callable[[Sent], Fault | None]


def no_faults(sent: Sent) -> Fault | None:
    """A good day."""
    del sent


def once(label: str, fault: Fault) -> Rule:
    """The write that `Proxy.writes` gives this label meets the fault, once; counted from now on."""
    wanted, _, which = label.partition(_AGAIN)
    pending = int(which or 1)
    lock = threading.Lock()

    def rule(sent: Sent) -> Fault | None:
        nonlocal pending
        if not sent.is_write or sent.label != wanted:
            return None
        with lock:
            pending -= 1
            return fault if pending == 0 else None

    return rule


def every_first(fault: Fault) -> Rule:
    """Each write meets the fault once."""
    seen: set[str] = set()
    lock = threading.Lock()

    def rule(sent: Sent) -> Fault | None:
        with lock:
            if not sent.is_write or sent.label in seen:
                return None
            seen.add(sent.label)
            return fault

    return rule


def storm(seed: int, share: float, faults: tuple[Fault, ...]) -> Rule:
    """Any request meets any fault, at random."""
    dice, lock = random.Random(seed), threading.Lock()

    def rule(sent: Sent) -> Fault | None:
        with lock:
            return dice.choice(faults) if dice.random() < share else None

    return rule


@dataclass
class Proxy:
    """In front of one server; `rule` may be changed while it runs."""

    upstream: str
    rule: Rule = no_faults
    kill: Callable[[], None] = lambda: None
    sent: list[Sent] = field(default_factory=list)
    hit: list[tuple[Sent, Fault]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    release: threading.Event = field(default_factory=threading.Event)
    url: str = ""
    arrived: Callable[[Sent], None] = lambda sent: None
    """Called for each request before anything happens to it."""
    traffic: threading.Condition = field(default_factory=threading.Condition)
    instead: Callable[[Sent], bytes | None] = lambda sent: None
    """What is answered in place of the server's own answer, when that is something."""
    most_rows: int | None = None
    """More than so many rows are not listed at once: who asks for more is refused, who names no limit gets
    no more."""
    clients: set[tuple[str, int]] = field(default_factory=set)
    """Connections, until all that came through them has been dealt with."""

    def settle(self) -> None:
        """Wait until all that was sent has been dealt with; every client must have left.

        Who is killed leaves requests behind, some of them not even read yet.
        """
        parts = urlsplit(self.url)
        with socket.create_connection((parts.hostname, parts.port)) as last:
            assert self._until(lambda: last.getsockname() in self.clients)  # and so are all before it
        assert self._until(lambda: not self.clients)

    def leave_nothing(self) -> None:
        """As far as it can be helped: what arrives late meets the server of the next test."""
        self.release.set()
        self._until(lambda: not self.clients, _LONGEST_HOLD)

    def _until(self, holds: Callable[[], bool], seconds: float = _LONGEST_SETTLING) -> bool:
        with self.traffic:
            return self.traffic.wait_for(holds, seconds)

    def writes(self) -> list[str]:
        """Labels of all writes that arrived; the second write of a label ends in #2.

        The record of a set is written twice when something is replaced: before and after.
        """
        seen: Counter[str] = Counter()
        labels = []
        for label in (sent.label for sent in self.sent if sent.is_write):
            seen[label] += 1
            labels.append(label if seen[label] == 1 else f"{label}{_AGAIN}{seen[label]}")
        return labels

    def receive(self, method: str, path: str, body: bytes) -> tuple[Sent, Fault | None]:
        """Note a request and decide about it."""
        with self.lock:
            number = 1 + sum(sent.is_write == (method != "GET") for sent in self.sent)
            sent = Sent(number, method, path, _subject(body))
            self.sent.append(sent)
        if sent.is_write:
            note({"at": "write", "method": method, "path": path, "subject": sent.subject})
        fault = self.rule(sent)
        if fault is not None:
            with self.lock:
                self.hit.append((sent, fault))
        self.arrived(sent)
        return sent, fault


def _limited(method: str, path: str, most: int | None) -> str | None:
    """The path as a server that lists no more than `most` rows takes it; None when it refuses."""
    parts = urlsplit(path)
    if most is None or method != "GET" or not _LIST.match(parts.path):
        return path
    query = parse_qsl(parts.query, keep_blank_values=True)
    named = dict(query)
    if int(named.get("limit", most)) > most:
        return None
    added = {"limit": str(most)}
    if (
        parts.path == "/v1/tools/"
    ):  # The server behind writes its built-in tools anew when a first page lacks some.
        added["after"] = "tool-00000000-0000-4000-8000-000000000000"
    return f"{parts.path}?{urlencode([*query, *(pair for pair in added.items() if pair[0] not in named)])}"


def _refusal(most: int | None) -> bytes:
    """As letta words it: a Python repr in a text."""
    complaint = {
        "type": "less_than_equal",
        "loc": ("query", "limit"),
        "msg": f"Input should be less than or equal to {most}",
        "input": "1000",
        "ctx": {"le": most},
    }
    return json.dumps({"trace_id": "", "detail": str([complaint]), "examples": []}).encode()


def _subject(body: bytes) -> str:
    try:
        document = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(document, dict):
        return ""
    for tag in document.get("tags") or ():
        if str(tag).startswith("letta-reconciler:address="):
            return str(tag).partition("=")[2]
        if str(tag).startswith("letta-reconciler:record="):
            return f"record {str(tag).partition('=')[2]}"
    entry = (document.get("metadata") or {}).get("letta-reconciler")
    if isinstance(entry, dict):
        return str(entry.get("address"))
    found = _IN_DESCRIPTION.search(str(document.get("description")))
    return found[1] if found else ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits 40 ms for the client to confirm the headers
    proxy: Proxy

    def _handle(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # the client was killed in the middle of it
            self.close_connection = True
            return
        sent, fault = self.proxy.receive(self.command, self.path, body)
        lie = self.proxy.instead(sent)
        if lie is not None:
            self._answer(200, lie, "application/json")
            return
        path = _limited(self.command, self.path, self.proxy.most_rows)
        if path is None:
            self._answer(422, _refusal(self.proxy.most_rows), "application/json")
            return
        self.path = path
        answer = None
        if fault is None or fault in _FORWARDED_FIRST:
            answer = self._forward(body)
        if fault is None and answer is not None:
            self._answer(*answer)
        elif fault is not None:
            self._spoil(fault, body, answer)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _handle

    def _spoil(self, fault: Fault, body: bytes, answer: tuple[int, bytes, str] | None) -> None:
        if fault in _STATUSES:
            status, document, headers = _STATUSES[fault]
            self._answer(status, json.dumps(document).encode(), "application/json", headers)
            return
        if fault in KILLS:
            self.proxy.kill()
            if fault is Fault.KILL_LATE and self.proxy.release.wait(_LONGEST_HOLD):
                self._forward(body)
        elif fault in (Fault.SLOW, Fault.LATE):
            self._until_the_client_leaves()
            if fault is Fault.LATE:
                self._forward(body)
        elif fault is Fault.BROKEN and answer is not None:
            self._answer(answer[0], answer[1][: len(answer[1]) // 2], answer[2])
            return
        self._reset()

    def _forward(self, body: bytes) -> tuple[int, bytes, str] | None:
        parts = urlsplit(self.proxy.upstream)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        kept = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
        try:
            connection.request(self.command, self.path, body or None, kept)
            response = connection.getresponse()
            return response.status, response.read(), response.getheader("content-type") or ""
        except (OSError, http.client.HTTPException):
            self._reset()
            return None
        finally:
            connection.close()

    def _answer(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        with suppress(OSError):
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    def _reset(self) -> None:
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_OFF)
        self.close_connection = True
        with suppress(OSError):
            self.connection.close()

    def _until_the_client_leaves(self) -> None:
        select.select([self.connection], [], [], _LONGEST_HOLD)

    def log_message(self, format: str, *args: Any) -> None:
        """Silence."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    proxy: Proxy

    def process_request(self, request: Any, client_address: Any) -> None:
        with self.proxy.traffic:
            self.proxy.clients.add(client_address)
            self.proxy.traffic.notify_all()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        super().process_request_thread(request, client_address)
        with self.proxy.traffic:
            self.proxy.clients.discard(client_address)
            self.proxy.traffic.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no error here."""


@contextmanager
def proxying(upstream: str) -> Iterator[Proxy]:
    """A running proxy on a free port of this machine."""
    proxy = Proxy(upstream)
    handler = type("Handler", (_Handler,), {"proxy": proxy})
    server = _Server(("127.0.0.1", 0), handler)
    server.proxy = proxy
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        proxy.leave_nothing()
        server.server_close()
        thread.join(10)
