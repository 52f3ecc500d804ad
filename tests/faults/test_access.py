"""A server with a password: the right key works, everything else is a message without the key."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from reconciler.errors import AccessDenied, ReconcilerError, ServerUnreachable
from reconciler.remote import Connection, RetryPolicy, connect
from reconciler.server import ServerInstance
from reconciler.values import Secret
from tests.faults.proxy import proxying
from tests.faults.reference import Reference, reference
from tests.remote.fakes import transport_over

PASSWORD = "canary-a51c-password"


@pytest.fixture(scope="module")
def protected(letta_server: ServerInstance) -> Iterator[ServerInstance]:
    """A server of its own that demands a password."""
    instance = ServerInstance(f"{letta_server.paths.name}-access")
    instance.up(with_stub_model=True, password=PASSWORD)
    yield instance
    instance.down(delete=True)


@pytest.fixture
def audited_server(protected: ServerInstance) -> ServerInstance:
    """What is audited is the server with the password."""
    return protected


@pytest.fixture
def world(protected: ServerInstance, tmp_path: Path) -> Reference:
    protected.reset()
    url = protected.status().url
    assert url
    return Reference(protected, url, reference(tmp_path / "pattern"), tmp_path / "cache" / "c.db")


def test_the_right_key_applies_and_is_said_nowhere(world: Reference) -> None:
    for _ in range(2):
        process = world.command("apply", str(world.root), "--yes", "--json", LETTA_API_KEY=PASSWORD)
        output, said = process.communicate(timeout=180)
        assert process.returncode == 0, said
        assert PASSWORD not in output + said
    assert json.loads(output)["results"] == []


@pytest.mark.parametrize(("name", "key"), [("LETTA_API_KEY", "wrong"), ("SOME_OTHER_KEY", PASSWORD)])
def test_a_wrong_key_or_none_is_denied_with_where_to_look(world: Reference, name: str, key: str) -> None:
    process = world.command("plan", str(world.root), **{name: key})
    _, said = process.communicate(timeout=180)
    assert process.returncode == 1
    assert "denies access" in said
    assert "LETTA_API_KEY" in said
    assert key not in said


def test_a_key_that_expires_in_the_middle_stops_with_what_is_done_kept(world: Reference) -> None:
    script = [httpx.Response(200, json=[]), httpx.Response(401, json={"detail": "Unauthorized"})]
    with transport_over(lambda request: script.pop(0), key=PASSWORD) as transport:
        transport.get("/v1/agents/", "list")
        with pytest.raises(AccessDenied) as caught:
            transport.get("/v1/blocks/", "list")
    assert PASSWORD not in str(caught.value)


def test_a_key_does_not_leave_this_machine_in_the_clear(world: Reference) -> None:
    process = world.command(
        "plan", str(world.root), url="http://letta.example.test:8283", LETTA_API_KEY=PASSWORD
    )
    _, said = process.communicate(timeout=180)
    assert process.returncode == 4
    assert "plain http" in said
    assert PASSWORD not in said


def test_tls_to_a_server_that_speaks_none_is_explained(letta_url: str) -> None:
    with proxying(letta_url) as proxy:
        transport = connect(
            Connection(proxy.url.replace("http://", "https://"), Secret(PASSWORD)),
            policy=RetryPolicy(first=0.01),
        )
        with pytest.raises(ServerUnreachable) as caught:
            transport.get("/v1/health/", "ask")
        transport.close()
    assert "does not speak TLS" in caught.value.hint


def test_a_certificate_nobody_vouches_for_is_explained() -> None:
    def untrusted(request: httpx.Request) -> httpx.Response:
        text = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate"
        raise httpx.ConnectError(text) from ssl.SSLCertVerificationError(text)

    with (
        transport_over(untrusted, key=PASSWORD, url="https://letta.test") as transport,
        pytest.raises(ReconcilerError) as caught,
    ):
        transport.get("/v1/health/", "ask")
    assert "self-signed" in caught.value.why
    assert "SSL_CERT_FILE" in caught.value.hint
    assert PASSWORD not in str(caught.value)
