"""Where a server is and who asks: looked through before the first request is sent.

In: a URL, a key and a project as a person gave them. Out: the same without blanks at their ends, or Refused:
what no server could be asked with, or what anybody on the way could read. No message repeats a key or a
password. It must not send anything.
"""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from reconciler.errors import ReconcilerError, Refused
from reconciler.values import Secret, canonical_url

if TYPE_CHECKING:
    import ssl

    import httpx

KEEP_ALIVE = 2.0
"""Seconds an idle connection is kept: the server closes it after 5, and a write must not meet that."""
MOST_BYTES = 256 * 2**20
"""Of one answer; a page that is longer is asked for in smaller ones."""
_EXAMPLE = "http://localhost:8283 or https://letta.example.com"
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_PROXY_HINT = "unset http_proxy, https_proxy and all_proxy, or go past it: NO_PROXY={host}"


@dataclass(frozen=True)
class Connection:
    """Where the server is and who asks; `project` is the X-Project header of Letta Cloud."""

    base_url: str
    api_key: Secret | None = None
    project: str | None = None
    timeout: float = 60.0
    most_bytes: int = MOST_BYTES
    """How much of one answer is read."""

    @property
    def password(self) -> str:
        """The password in the URL, or nothing."""
        return urlsplit(self.base_url).password or ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may repeat."""
        key = self.api_key.value if self.api_key else ""
        return tuple({text for text in (key, self.password, unquote(self.password)) if text})

    @property
    def host(self) -> str:
        """The name or number of the server."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def is_local(self) -> bool:
        """Whether requests stay on this machine."""
        return _is_loopback(self.host)

    @property
    def is_encrypted(self) -> bool:
        """Whether they go over TLS."""
        return urlsplit(self.base_url).scheme == "https"


def checked(connection: Connection) -> Connection:
    """The connection as it can be used; Refused says what is wrong with it.

    A key from a file ends with a newline, which belongs to the file: blanks at the ends are left out.
    """
    url = connection.base_url.strip()
    _check_url(url)
    key = _header(connection.api_key.value, _key_name(connection.api_key)) if connection.api_key else ""
    project = _header(connection.project or "", "the project (LETTA_PROJECT)")
    secret = replace(connection.api_key, value=key) if connection.api_key and key else None
    made = replace(connection, base_url=url, api_key=secret, project=project or None)
    _check_privacy(made)
    return made


def http_client(connection: Connection, parallel: int) -> httpx.Client:
    """What sends requests; ReconcilerError where the proxy or the certificates of the environment are no use.

    How many go at once is said elsewhere: a bound here would be used up by connections that broke behind a
    proxy, as TLS began. Those are never given back (httpcore 1.0.9, measured), and everybody would wait.
    """
    import httpx
    from letta_client import DefaultHttpxClient

    from reconciler.remote.http.bounded import ENCODING, bounded

    try:
        return DefaultHttpxClient(
            limits=httpx.Limits(
                max_connections=None, max_keepalive_connections=parallel + 4, keepalive_expiry=KEEP_ALIVE
            ),
            follow_redirects=False,
            trust_env=not connection.is_local,
            verify=_trusting_nobody() if connection.is_local and not connection.is_encrypted else True,
            timeout=connection.timeout,
            headers={"Accept-Encoding": ENCODING},
            event_hooks={"response": [bounded(connection.most_bytes)]},
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise _bad_proxy(connection.host, error) from None  # the cause may show the password of the proxy
    except OSError as error:
        raise _bad_certificates(error) from error


def _trusting_nobody() -> ssl.SSLContext:
    """What reaches no server over TLS, for addresses without it: to read the certificates that are
    trusted takes some 40 ms, as long as everything else before the first request. No redirect is followed."""
    import ssl

    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _bad_certificates(error: OSError) -> ReconcilerError:
    said = " ".join(f"{name}={os.environ[name]}" for name in _CERTIFICATES if os.environ.get(name))
    return ReconcilerError(
        "the certificates that the environment names cannot be used",
        why=f"{said}: {error.strerror or error}" if said else str(error.strerror or error),
        hint="name a file with certificates in PEM form, or unset SSL_CERT_FILE and SSL_CERT_DIR",
    )


def _bad_proxy(host: str, error: Exception) -> ReconcilerError:
    hint = _PROXY_HINT.format(host=host)
    if isinstance(error, ImportError):
        return ReconcilerError(
            "the proxy of the environment cannot be used: SOCKS needs a package that is not installed",
            why="http_proxy, https_proxy or all_proxy names a SOCKS proxy",
            hint=f"pip install 'httpx[socks]'; or {hint}",
        )
    return ReconcilerError(
        "the proxy of the environment cannot be used",
        why="http_proxy, https_proxy or all_proxy is no http://, https:// or socks5:// address",
        hint=hint,
    )


def _check_url(url: str) -> None:
    parts = None
    why = "it has a blank or a character that cannot be seen" if _is_strange(url) else ""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        why = why or _without_password(str(error))
    if not why and (parts is None or parts.scheme not in ("http", "https") or not parts.hostname):
        raise Refused(
            "the server URL must start with http:// or https:// and name a host", hint=f"such as {_EXAMPLE}"
        )
    if not why and parts is not None and (parts.query or parts.fragment):
        why = "it has a query or a fragment, which no request would carry on"
    why = why or _misnamed(url)
    if why:
        raise Refused(f"the server URL is not one: {_shown(url)}", why=why, hint=f"such as {_EXAMPLE}")


def _misnamed(url: str) -> str:
    """What is wrong with the name of the host."""
    import httpx

    try:
        host = httpx.URL(url).host
        if ":" not in host:
            host.encode("idna")
    except (httpx.InvalidURL, ValueError) as error:
        return _without_password(str(error))
    return ""


def _is_strange(text: str) -> bool:
    return any(char.isspace() or not char.isprintable() for char in text)


def _shown(url: str) -> str:
    return ascii(canonical_url(url))[1:-1]


def _without_password(text: str) -> str:
    return re.sub(r"\S*@", "", text)


def _key_name(key: Secret) -> str:
    return f"the API key ({key.name})" if key.name else "the API key"


def _header(value: str, what: str) -> str:
    """A value that is sent in a header, without blanks at its ends."""
    value = value.strip()
    for number, char in enumerate(value, 1):
        if not " " <= char <= "~":
            kind = "no ASCII character" if ord(char) > 127 else "a character that cannot be seen"
            raise Refused(
                f"{what} cannot be sent",
                why=f"character {number} of {len(value)} is {kind}, which a header cannot hold",
                hint="copy it again; quotes, dashes and line breaks change in word processors and chats",
            )
    return value


def _check_privacy(connection: Connection) -> None:
    is_plain = not connection.is_encrypted and not connection.is_local
    if not is_plain:
        return
    if connection.api_key or connection.password:
        what = "the API key" if connection.api_key else "the password in the server URL"
        raise Refused(
            f"{what} is not sent to {connection.host} over plain http",
            why="anybody on the way could read it",
            hint=f"use https://, or no {'API key' if connection.api_key else 'password'}",
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
