"""The real server as histories are played on it, with the auditor of the tests looking on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.server import ServerInstance
from tests.audit.snapshot import Eyes
from tests.histories.servers import Real


@pytest.fixture(name="real")
def real_(letta_url: str, letta_server: ServerInstance, eyes_on: Callable[[ServerInstance], Eyes]) -> Real:
    """Takes no faults: those are injected into the simulated server."""
    return Real(letta_url, eyes_on(letta_server).look)
