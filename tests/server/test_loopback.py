"""Ports on this machine."""

from __future__ import annotations

import socket

from reconciler.server.loopback import LOOPBACK, free_port, port_is_free

FIRST_OF_CONNECTIONS = 32_768
"""Linux gives these to connections; any program may take one at any time."""


def test_a_free_port_is_none_that_a_connection_may_get() -> None:
    assert all(free_port() < FIRST_OF_CONNECTIONS for _ in range(20))


def test_a_port_somebody_listens_on_is_not_free() -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, free_port()))
        taken.listen()
        assert not port_is_free(taken.getsockname()[1])
