"""One server has one name, however its URL is written, and the name holds no password."""

from __future__ import annotations

import pytest

from reconciler.cache import default_path
from reconciler.errors import Refused
from reconciler.remote import Connection, connect
from reconciler.values import canonical_url


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("http://localhost:8283", "http://localhost:8283"),
        ("http://localhost:8283/", "http://localhost:8283"),
        ("HTTP://LocalHost:8283//", "http://localhost:8283"),
        ("https://letta.example/team/a/", "https://letta.example/team/a"),
        ("https://letta.example:443/A", "https://letta.example/A"),
        ("http://letta.example:80", "http://letta.example"),
        ("https://letta.example:80", "https://letta.example:80"),
        ("https://ada:secret@letta.example/x?key=1#y", "https://letta.example/x"),
        ("http://[::1]:8283/", "http://[::1]:8283"),
        (" https://letta.example ", "https://letta.example"),
        ("letta.example", "letta.example"),
        ("http://host:port", "http://host:port"),
        ("", ""),
    ],
)
def test_a_server_has_one_name(written: str, name: str) -> None:
    assert canonical_url(written) == name
    assert canonical_url(name) == name


@pytest.mark.parametrize("more", ["?key=canary", "#part", "/team?x"])
def test_a_query_or_a_fragment_is_refused_and_not_repeated(more: str) -> None:
    with pytest.raises(Refused, match="a query or a fragment") as caught:
        connect(Connection(f"https://letta.test{more}"))
    assert "canary" not in str(caught.value)


def test_a_path_belongs_to_the_server_of_a_plan() -> None:
    transport = connect(Connection("http://localhost:9/team/a/"))
    transport.close()
    assert transport.server == "http://localhost:9/team/a"


def test_one_server_has_one_cache() -> None:
    assert default_path("http://localhost:8283/", "demo") == default_path("http://LOCALHOST:8283", "demo")
    assert default_path("http://localhost:8283/a", "demo") != default_path("http://localhost:8283/b", "demo")
