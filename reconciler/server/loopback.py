"""Small questions to servers on this machine.

In: a port or URL. Out: the JSON answer, or None when nobody answers properly. It must not follow proxies,
and it must not import an HTTP library.
"""

from __future__ import annotations

import json
import random
import socket
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any

LOOPBACK = "127.0.0.1"
_PORTS = range(20_000, 32_768)
"""Linux gives 32768 and above to connections, others begin higher."""
_TRIED = 50


def get_json(url: str, password: str | None = None, timeout: float = 3.0) -> Any | None:
    """The JSON at `url`; None for no connection, an error status or something else than JSON."""
    request = urllib.request.Request(url)
    if password is not None:
        request.add_header("Authorization", f"Bearer {password}")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout) as answer:
            return json.load(answer)
    except (OSError, HTTPException, ValueError):
        return None


def letta_version(base_url: str, timeout: float = 3.0) -> str | None:
    """The version of a healthy Letta server at `base_url`."""
    answer = get_json(f"{base_url}/v1/health/", timeout=timeout)
    return str(answer["version"]) if isinstance(answer, dict) and answer.get("status") == "ok" else None


def port_is_free(port: int) -> bool:
    """Whether a server could listen on the loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """A loopback port that nobody uses at the moment.

    Drawn below the ports that systems give to connections of their own: one of those may be taken by any
    program in the seconds until the server listens.
    """
    found = (port for port in random.sample(_PORTS, _TRIED) if port_is_free(port))
    return next(found, 0) or _any_port()


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
