"""A proxy on the way that refuses, or breaks, is said to be what is in the way; nobody waits for it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.errors import AccessDenied, ReconcilerError, ServerUnreachable
from reconciler.remote import Connection, RetryPolicy, Transport, connect
from reconciler.remote.http.retry import Safety
from reconciler.remote.http.transport import Request

READ = Request("GET", "/v1/agents/", "list the agents", Safety.READ)
CREATE = Request("POST", "/v1/agents/", "create the agent", Safety.CREATE, body={"name": "x"})
REFUSED = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
PAGE = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<html>log in first</html>"
FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """The address of something that gives everybody this one answer, whatever was asked."""

    def serve() -> None:
        while True:
            try:
                asking, _ = listening.accept()
            except OSError:
                return
            with asking:
                asking.recv(65_536)
                asking.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield "http://ada:hush@{}:{}".format(*listening.getsockname())
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


@contextmanager
def behind(answer: bytes, url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Transport]:
    """A transport whose every connection goes through a proxy that answers this."""
    with answering(answer) as proxy:
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy)
        for name in ("no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)
        policy = RetryPolicy(sleep=lambda _: None)
        transport = connect(Connection(url, timeout=5.0), parallel=2, policy=policy)
        try:
            yield transport
        finally:
            transport.close()


@pytest.mark.parametrize("request_", [READ, CREATE], ids=["read", "create"])
def test_a_proxy_that_lets_nobody_through_is_named(
    request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        behind(REFUSED, "https://letta.example.test", monkeypatch) as transport,
        pytest.raises(ServerUnreachable) as caught,
    ):
        transport.send(request_)
    assert "proxy of the environment: 407 Proxy Authentication Required" in caught.value.why
    assert "USER:PASSWORD" in caught.value.hint
    assert "hush" not in str(caught.value)


def test_a_proxy_that_answers_in_place_of_the_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        behind(REFUSED, "http://letta.example.test", monkeypatch) as transport,
        pytest.raises(AccessDenied, match="a proxy before"),
    ):
        transport.send(READ)


def test_a_proxy_that_forbids_the_address_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        behind(FORBIDDEN, "https://letta.example.test", monkeypatch) as transport,
        pytest.raises(ServerUnreachable, match="403 Forbidden") as caught,
    ):
        transport.send(READ)
    assert "NO_PROXY" in caught.value.hint


def test_nobody_waits_for_connections_that_broke_behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        behind(PAGE, "https://letta.example.test", monkeypatch) as transport,
        ThreadPoolExecutor(4) as pool,
    ):
        ends = [pool.submit(transport.send, READ) for _ in range(8)]
        errors = [end.exception(timeout=60) for end in ends]
    assert {type(each) for each in errors} == {ServerUnreachable}
    assert not [each for each in errors if "timed out" in str(each)]


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_certificates_that_cannot_be_used_are_named(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    with pytest.raises(ReconcilerError, match="certificates") as caught:
        connect(Connection("https://letta.example.test"))
    assert f"SSL_CERT_FILE={file}: " in caught.value.why
    assert "unset" in caught.value.hint
