"""A server with a password asks for it and never gives it away."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from reconciler.server import ServerError, ServerInstance
from reconciler.server.process import command_line
from tests.server.rest import status_of

PASSWORD = "canary-4f1d9a-password"


@pytest.fixture(scope="module")
def protected(letta_server: ServerInstance) -> Iterator[ServerInstance]:
    instance = ServerInstance(f"{letta_server.paths.name}-protected")
    instance.up(password=PASSWORD)
    yield instance
    instance.down(delete=True)
    assert not instance.paths.root.exists()


def test_the_password_is_demanded(protected: ServerInstance) -> None:
    agents = f"{protected.status().url}/v1/agents/"
    assert status_of(agents) == 401
    assert status_of(agents, {"Authorization": f"Bearer {PASSWORD}"}) == 200
    assert protected.status().secure


def test_up_with_the_same_password_changes_nothing(protected: ServerInstance) -> None:
    before = protected.status()
    protected.up(password=PASSWORD)
    assert protected.status() == before


def test_the_password_is_in_no_file_and_no_command_line(protected: ServerInstance) -> None:
    pid = protected.letta.pid()
    assert pid is not None
    assert PASSWORD not in " ".join(command_line(pid))
    files = [path for path in protected.paths.root.rglob("*") if path.is_file()]
    assert [path for path in files if PASSWORD.encode() in path.read_bytes()] == []


def test_a_killed_protected_server_does_not_come_back_open(protected: ServerInstance) -> None:
    pid = protected.letta.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(ServerError, match="protected by a password"):
        protected.up()
