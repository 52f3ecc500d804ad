"""Looks at the server: is it there, what is it, may we ask it, is its clock ours.

In: a transport. Out: findings. A server that does not answer is one finding, not an error of the doctor.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from reconciler.doctor.finding import Finding, Health
from reconciler.errors import AccessDenied, RemoteError
from reconciler.lock.names import holders
from reconciler.remote import Reader, Transport
from reconciler.remote.read.offers import Offers

_SKEW = timedelta(seconds=30)
_SLOW = 2.0


def look_at_server(transport: Transport, project: str) -> Iterator[Finding]:
    """Reachable, version, capabilities; the last finding is an error when it is no use to go on."""
    began = time.perf_counter()
    try:
        capabilities = Reader(transport, project).capabilities()
    except AccessDenied as error:
        yield Finding("server", Health.FINE, f"{transport.server} answers")
        yield Finding("access", Health.ERROR, error.summary, error.hint, error.why)
        return
    except RemoteError as error:
        hint = error.hint or "start it: reconciler server up; or wait for it: --wait-for-server 60s"
        yield Finding("server", Health.ERROR, error.summary, hint, error.why)
        return
    took = time.perf_counter() - began
    health, cure = (Health.WARNING, "look at its load") if took > _SLOW else (Health.FINE, "")
    yield Finding("server", health, f"{transport.server} answers in {took * 1000:.0f} ms", cure)
    yield Finding("access", Health.FINE, "it lets us in")
    yield _version(capabilities.version)
    if capabilities.groups:
        yield Finding("groups", Health.FINE, "it keeps groups")
    else:
        cure = "leave groups out of the manifests, or use a self-hosted Letta server"
        yield Finding("groups", Health.WARNING, "it has no groups", cure)


def look_at_clock(transport: Transport, now: Callable[[], datetime]) -> Finding:
    """The server's Date header beside our clock."""
    text = transport.server_time()
    try:
        there = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return Finding("clock", Health.SKIPPED, "the server does not say what time it is")
    apart = abs(now() - there.astimezone(UTC))
    if apart <= _SKEW:
        return Finding("clock", Health.FINE, "the clocks agree")
    return Finding(
        "clock",
        Health.WARNING,
        f"the server's clock is {apart.total_seconds():.0f} s off ours",
        "let both take the time from the network (NTP)",
        "leases that expire, and times in reports, would be wrong",
    )


def look_at_locks(transport: Transport) -> Finding:
    """Locks on the server itself."""
    names = sorted(holders(transport))
    if not names:
        return Finding("server lock", Health.FINE, "nobody holds one")
    return Finding(
        "server lock",
        Health.WARNING,
        f"held: {', '.join(names)}",
        "if nobody is at work: reconciler unlock --remote-lock; locks of single sets end by themselves",
    )


def models(transport: Transport) -> tuple[set[str], set[str]]:
    """Handles of models and of embeddings."""
    offers = Offers(transport)
    return set(offers.handles("model")), set(offers.handles("embedding"))


def _version(version: str) -> Finding:
    if version.startswith("0.16."):
        return Finding("version", Health.FINE, f"Letta {version}")
    return Finding(
        "version",
        Health.WARNING,
        f"Letta {version or 'of unknown version'} is not what this is tested with",
        "use letta 0.16.8, or try plan first and read it closely",
    )
