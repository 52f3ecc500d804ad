"""Fixtures for tests of the adapter."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.remote.world import World


@pytest.fixture
def world(letta_url: str) -> Iterator[World]:
    """An empty project on the freshly reset real server."""
    made = World(letta_url)
    yield made
    made.close()
