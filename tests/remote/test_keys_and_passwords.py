"""Keys and passwords: sent as they are meant, over nothing that others can read, and never said."""

from __future__ import annotations

import httpx
import pytest

from reconciler.errors import ReconcilerError, Refused
from reconciler.remote import Connection, connect
from reconciler.values import Secret, canonical_url
from tests.remote.fakes import Script, transport_over

HUSH = "sk-hush-12345"


def key(value: str) -> Secret:
    return Secret(value, "LETTA_API_KEY")


@pytest.mark.parametrize("given", [HUSH, f"{HUSH}\n", f" {HUSH}\r\n", f"\t{HUSH}"])
def test_blanks_around_a_key_belong_to_the_file_it_came_from(given: str) -> None:
    script = Script(httpx.Response(200, json=[]))
    with transport_over(script, key=given, url="https://letta.example") as transport:
        transport.get("/v1/agents/", "look")
    assert script.requests[0].headers["authorization"] == f"Bearer {HUSH}"


def test_a_key_of_blanks_is_none() -> None:
    connect(Connection("http://letta.example", key(" \n"))).close()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (f"{HUSH}\N{EN DASH}x", "character 14 of 15 is no ASCII character"),
        (f"\N{ZERO WIDTH SPACE}{HUSH}", "character 1 of 14 is no ASCII character"),
        (f"{HUSH}\nsk-hush-other", "character 14 of 27 is a character that cannot be seen"),
        (f"{HUSH}\x00", "character 14 of 14 is a character that cannot be seen"),
    ],
)
def test_a_key_no_header_can_hold_is_refused_at_once(given: str, why: str) -> None:
    with pytest.raises(Refused) as caught:
        connect(Connection("https://letta.example", key(given)))
    assert caught.value.summary == "the API key (LETTA_API_KEY) cannot be sent"
    assert why in caught.value.why
    assert "hush" not in str(caught.value)


def test_a_project_header_is_looked_through_as_well() -> None:
    with pytest.raises(Refused, match="LETTA_PROJECT"):
        connect(Connection("https://letta.example", project="caf\xe9"))


@pytest.mark.parametrize(
    "connection",
    [
        Connection("http://letta.example", key(HUSH)),
        Connection(f"http://ada:{HUSH}@letta.example"),
        Connection(f"http://ada:{HUSH}@10.0.0.1:8283"),
        Connection(f"http://ada:{HUSH}@[2001:db8::1]"),
        Connection(f"HTTP://ada:{HUSH}@0.0.0.0"),
        Connection(f"http://ada:{HUSH}@localhost.example"),
    ],
)
def test_nothing_secret_goes_to_other_machines_over_plain_http(connection: Connection) -> None:
    with pytest.raises(Refused, match="over plain http") as caught:
        connect(connection)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://ada:hush@localhost:1", "http://ada:hush@127.0.0.1:1", "https://ada:hush@letta.example"]
)
def test_a_password_may_stay_on_this_machine_or_go_encrypted(url: str) -> None:
    transport = connect(Connection(url))
    transport.close()
    assert "hush" not in transport.server


@pytest.mark.parametrize(
    "url",
    [
        *("http://ada:hush@[::1", "http://ada:hush@host:port", "ada:hush@host", "ftp://ada:hush@host"),
        *("http://ada:hush@ho st", "http://ada:hush@", "http://ada:hush@..:1", "//ada:hush@host"),
    ],
)
def test_a_broken_url_is_shown_without_its_password(url: str) -> None:
    with pytest.raises(ReconcilerError) as caught:
        connect(Connection(url))
    assert "hush" not in str(caught.value)
    assert "hush" not in canonical_url(url)


def test_a_server_that_repeats_the_password_is_not_quoted() -> None:
    script = Script(httpx.Response(403, json={"detail": "no entry with p%40ss-hush or p@ss-hush"}))
    url = "https://ada:p%40ss-hush@letta.example"
    with transport_over(script, url=url) as transport, pytest.raises(ReconcilerError) as caught:
        transport.get("/v1/agents/", "look")
    assert "hush" not in str(caught.value)
