"""No answer fills the memory: what is longer than the bound is cut off, and a page is asked for in parts."""

from __future__ import annotations

import gzip
import json
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from reconciler.errors import AnswerTooLong, UnknownOutcome
from reconciler.remote import Connection, RetryPolicy, Transport, connect
from reconciler.remote.http.pages import PAGE, list_rows
from reconciler.remote.http.retry import Safety
from reconciler.remote.http.transport import Request
from tests.simulated.listening import Request as Heard
from tests.simulated.listening import Response, listening

MOST = 200_000
READ = Request("GET", "/v1/agents/", "list the agents", Safety.READ)
PATCH = Request("PATCH", "/v1/agents/a", "update the agent", body={"name": "x"})
CREATE = Request("POST", "/v1/agents/", "create the agent", Safety.CREATE, body={"name": "x"})


@contextmanager
def connected(url: str, most: int = MOST) -> Iterator[Transport]:
    policy = RetryPolicy(sleep=lambda seconds: None, jitter=lambda: 1.0)
    transport = connect(Connection(url, most_bytes=most), policy=policy)
    yield transport
    transport.close()


def said(content: bytes, **headers: str) -> Any:
    heard: list[Heard] = []

    def respond(request: Heard) -> Response:
        heard.append(request)
        return Response(200, content, {"Content-Type": "application/json", **headers})

    respond.heard = heard  # type: ignore[attr-defined]
    return respond


LONG = json.dumps("x" * MOST).encode()


@pytest.mark.parametrize(
    ("request_", "error"), [(READ, AnswerTooLong), (PATCH, UnknownOutcome), (CREATE, UnknownOutcome)]
)
def test_a_long_answer_is_an_error_and_not_asked_for_again(request_: Request, error: type[Exception]) -> None:
    respond = said(LONG)
    with listening(respond) as url, connected(url) as transport:
        with pytest.raises(error) as caught:
            transport.send(request_)
        assert "longer than 200000 bytes" in caught.value.why  # type: ignore[attr-defined]
        assert len(respond.heard) == 1


def test_what_is_just_short_enough_is_read() -> None:
    text = "x" * (MOST - 2)
    with listening(said(json.dumps(text).encode())) as url, connected(url) as transport:
        assert transport.send(READ) == text


def test_a_long_error_is_cut_off_as_well() -> None:
    def respond(request: Heard) -> Response:
        return Response(400, LONG)

    with listening(respond) as url, connected(url) as transport, pytest.raises(AnswerTooLong):
        transport.send(READ)


@pytest.mark.parametrize("size", [10, MOST - 2])
def test_a_packed_answer_is_unpacked(size: int) -> None:
    packed = gzip.compress(json.dumps("x" * size).encode())
    with listening(said(packed, **{"Content-Encoding": "gzip"})) as url, connected(url) as transport:
        assert transport.send(READ) == "x" * size


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (gzip.compress(b" " * 50_000_000), "gzip"),
        (b"x", "br"),
        (gzip.compress(gzip.compress(b" ")), "gzip, gzip"),
        (b"no gzip", "gzip"),
    ],
    ids=["a bomb", "another packing", "packed twice", "not packed"],
)
def test_what_unpacks_without_end_is_not_read(content: bytes, encoding: str) -> None:
    with listening(said(content, **{"Content-Encoding": encoding})) as url, connected(url) as transport:
        tracemalloc.start()
        try:
            with pytest.raises(AnswerTooLong):
                transport.send(READ)
            assert tracemalloc.get_traced_memory()[1] < 5_000_000
        finally:
            tracemalloc.stop()


@contextmanager
def endless() -> Iterator[str]:
    """A server that never stops answering."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b" " * 65_536)
            except OSError:
                return

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def test_an_answer_without_end_ends() -> None:
    with endless() as url, connected(url, 2_000_000) as transport, pytest.raises(AnswerTooLong):
        transport.send(READ)


def test_a_page_that_is_too_long_is_read_in_smaller_ones() -> None:
    rows = [{"id": f"agent-{number}", "system": "x" * 1_000} for number in range(PAGE)]
    asked: list[int] = []

    def respond(request: Heard) -> Response:
        query = parse_qs(urlsplit(request.path).query)
        limit, after = int(query["limit"][0]), query.get("after", [""])[0]
        asked.append(limit)
        start = next((n for n, row in enumerate(rows, 1) if row["id"] == after), 0)
        return Response(200, json.dumps(rows[start : start + limit]).encode())

    with listening(respond) as url, connected(url, 300_000) as transport:
        assert list_rows(transport, "/v1/agents/", "list the agents") == rows
    assert asked[0] == PAGE
    assert set(asked[1:]) == {PAGE // 4}


def test_a_page_of_large_agents_is_read_at_once() -> None:
    rows = [{"id": f"agent-{number}", "system": "x" * 50_000} for number in range(PAGE)]
    with listening(said(json.dumps(rows).encode())) as url:
        transport = connect(Connection(url))
        answer = transport.get("/v1/agents/", "list the agents", (("limit", str(PAGE)),))
        transport.close()
    assert len(answer) == PAGE
