"""The address of a server, written one way.

In: a URL as a person writes it. Out: the same text for the same server, without a password. Pure.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


DEFAULT_URL = "http://localhost:8283"
"""Letta on this machine; never Letta Cloud, which is what letta-client would take."""


def canonical_url(url: str) -> str:
    """Scheme, host, port and path: the path belongs to the server where a proxy serves several.

    Left out are user and password, the scheme's own port, a slash at the end, query and fragment. A text that
    is no URL stays as it is but for what stands before an @; whoever connects refuses it.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return _nameless(url)
    if not parts.hostname:
        return _nameless(url)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    suffix = "" if port in (None, _PORTS.get(parts.scheme)) else f":{port}"
    return f"{parts.scheme}://{host}{suffix}{parts.path.rstrip('/')}"


def without_password(url: str) -> str:
    """The URL as it was written, unless it holds a user and a password."""
    return canonical_url(url) if "@" in url else url


def _nameless(url: str) -> str:
    return re.sub(r"(//|^)[^/?#]*@", r"\1", url)
