"""Fixtures every test may ask for. Only tests that ask for the server pay for it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from reconciler.server import ServerInstance

INSTANCE_VARIABLE = "LETTA_RECONCILER_TEST_INSTANCE"
KEEP_VARIABLE = "LETTA_RECONCILER_KEEP_SERVER"

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def letta_server() -> Iterator[ServerInstance]:
    """A real Letta server with the STUB model, once per session.

    One that runs already is used and left alone; one that was started here is stopped at the end,
    unless LETTA_RECONCILER_KEEP_SERVER=1. LETTA_RECONCILER_TEST_INSTANCE names another instance.
    """
    instance = ServerInstance(os.environ.get(INSTANCE_VARIABLE, "tests"))
    ran_before = instance.status().running
    instance.up(with_stub_model=True)
    yield instance
    if not ran_before and os.environ.get(KEEP_VARIABLE) != "1":
        instance.down()


@pytest.fixture
def letta_url(letta_server: ServerInstance) -> str:
    """The base URL of the real server, emptied for this test."""
    url = letta_server.up(with_stub_model=True)
    letta_server.reset()
    return url
