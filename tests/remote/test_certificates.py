"""Certificates are read where requests may go over TLS, and only there."""

from __future__ import annotations

import ssl

import pytest

from reconciler.remote import Connection
from reconciler.remote.http.connection import http_client


@pytest.fixture(name="read")
def read_(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of files with certificates that were read."""
    found: list[str] = []
    load = ssl.SSLContext.load_verify_locations

    def noted(self: ssl.SSLContext, *files: str | None) -> None:
        found.extend(str(each) for each in files if each)
        load(self, *files)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", noted)
    return found


@pytest.mark.parametrize("url", ["http://localhost:8283", "http://127.0.0.1:8283", "http://[::1]:8283"])
def test_for_this_machine_none_are_read(url: str, read: list[str]) -> None:
    http_client(Connection(url), 8).close()
    assert read == []


@pytest.mark.parametrize(
    "url", ["https://localhost:8283", "https://letta.example.com", "http://letta.example.com"]
)
def test_for_every_other_address_they_are(url: str, read: list[str]) -> None:
    """One without TLS, too: the proxy of the environment may be reached over TLS."""
    http_client(Connection(url), 8).close()
    assert len(read) >= 1
