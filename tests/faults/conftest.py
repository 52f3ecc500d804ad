"""Fixtures for tests under fault: the reference constellation and a proxy in front of the real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.server import ServerInstance
from tests.faults.proxy import Proxy, proxying
from tests.faults.reference import Reference, reference


@pytest.fixture
def world(letta_server: ServerInstance, letta_url: str, tmp_path: Path) -> Iterator[Reference]:
    """The reference constellation, nothing of it applied yet."""
    cache = tmp_path / "cache" / "c.db"
    made = Reference(letta_server, letta_url, reference(tmp_path / "pattern"), cache)
    yield made
    made.end_all()


@pytest.fixture
def proxy(letta_url: str) -> Iterator[Proxy]:
    """Between the client and the real server, well-behaved until it gets a rule."""
    with proxying(letta_url) as running:
        yield running
