"""From what letta_client raises to a Trouble, and from a Trouble to an error a person can act on.

In: exceptions and answers. Out: values without secrets: the server repeats parts of a request in its
answers, so texts are cut down and known secrets are masked. It must not decide what is tried again.
"""

from __future__ import annotations

import ast
import email.utils
import json
import re
import time
from collections.abc import Iterable, Mapping

import httpx

from reconciler.errors import (
    AccessDenied,
    AnswerTooLong,
    Conflict,
    MalformedAnswer,
    NotFound,
    RemoteError,
    ServerUnreachable,
    UnknownOutcome,
)
from reconciler.remote.http.bounded import Unread
from reconciler.remote.http.masking import mask
from reconciler.remote.http.retry import Safety, Stage, Trouble

_LONGEST = 400
_NEVER_SENT = (
    *(httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol),
    httpx.ProxyError,  # it opened no way to the server
)
_PROXY = "the proxy of the environment: "
_PROXY_PASSWORD = (
    "name user and password: https_proxy=http://USER:PASSWORD@HOST:PORT; or go past it: NO_PROXY"
)


def trouble_of_connection(cause: BaseException | None) -> Trouble:
    """No answer came, or none that was read; `cause` is what httpx raised."""
    if isinstance(cause, Unread):
        return Trouble(Stage.UNREAD, text=str(cause))
    stage = Stage.NOT_SENT if isinstance(cause, _NEVER_SENT) else Stage.LOST
    return Trouble(stage, text=_reason(cause)[:_LONGEST])


def _reason(cause: BaseException | None) -> str:
    if cause is None:
        return ""
    if isinstance(cause, httpx.TimeoutException):
        return "timed out"
    if isinstance(cause, httpx.ProxyError):
        return f"{_PROXY}{cause}"
    told = str(cause) if isinstance(cause, httpx.ConnectError) else ""
    return told or type(cause).__name__


def trouble_of_answer(response: httpx.Response, secrets: Iterable[str]) -> Trouble:
    """An answer with an error status."""
    if response.is_redirect:
        text = f"it redirects to {mask(response.headers.get('location', 'nowhere'), secrets)}"
    else:
        text = mask(_detail(response), secrets)
    return Trouble(Stage.ANSWERED, response.status_code, text[:_LONGEST], _retry_after(response))


def error_of(trouble: Trouble, task: str, safety: Safety, server: str) -> RemoteError:
    """What is raised when a request failed for good.

    404 also answers a write that names an unknown model or member: nothing is gone then (letta 0.16.8,
    measured).
    """
    if trouble.stage is Stage.GARBLED:
        return MalformedAnswer(
            f"the answer is not JSON: {task}",
            why=trouble.text,
            hint="check that the URL is that of a Letta server, without /v1 at its end",
            status=trouble.status,
        )
    if trouble.stage is not Stage.ANSWERED:
        return _unanswered(trouble, task, safety, server)
    status, why = trouble.status, trouble.text or f"status {trouble.status}"
    if status in (401, 403):
        return AccessDenied(
            f"the server at {server} denies access: {task}",
            why=why,
            hint="check the API key: LETTA_API_KEY, or the server password",
            status=status,
        )
    if status == 407:
        return AccessDenied(
            f"a proxy before {server} denies access: {task}",
            why=why,
            hint=_PROXY_PASSWORD,
            status=status,
        )
    if status == 404 and safety is not Safety.CREATE and "Handle" not in why:
        return NotFound(f"not found on the server: {task}", why=why, hint=_where_letta_is(why), status=status)
    if safety is Safety.CREATE and trouble.leaves_doubt:
        return UnknownOutcome(
            f"the server failed, it may have happened all the same: {task}", why=why, status=status
        )
    if status == 409:
        return Conflict(f"in conflict with what is on the server: {task}", why=why, status=status)
    if 300 <= status < 400:
        return RemoteError(
            f"the server at {server} sent this on: {task}",
            why=why,
            hint="use the address it redirects to as the server URL",
            status=status,
        )
    return RemoteError(f"the server refused with status {status}: {task}", why=why, status=status)


def _where_letta_is(why: str) -> str:
    """What to look at when an address is not known at all: Letta says so in JSON, and of a resource by its
    name (letta 0.16.8, measured)."""
    if why == "Not Found" or "<" in why:
        return "is this the base URL of a Letta server, without /v1 at its end?"
    return ""


def _unanswered(trouble: Trouble, task: str, safety: Safety, server: str) -> RemoteError:
    if trouble.stage is Stage.UNREAD and safety is Safety.READ:
        return AnswerTooLong(
            f"the answer of {server} was not read to its end: {task}",
            why=trouble.text,
            hint="check that the URL is that of a Letta server",
        )
    if trouble.stage is Stage.NOT_SENT or safety is Safety.READ:
        return ServerUnreachable(
            f"no answer from {server}: {task}", why=trouble.text, hint=_way_to_connect(trouble.text)
        )
    return UnknownOutcome(
        f"no answer from {server}, it may have happened: {task}",
        why=trouble.text,
        hint="run the same command again: it looks first and makes nothing twice",
    )


def _way_to_connect(reason: str) -> str:
    """What to look at when no connection came about."""
    lowered = reason.lower()
    if reason.startswith(_PROXY):
        return (
            _PROXY_PASSWORD
            if " 407 " in reason
            else "check http_proxy and https_proxy, or go past it: NO_PROXY"
        )
    if "certificate" in lowered:
        return "have the certificate signed by a known authority, or name yours: SSL_CERT_FILE=ca.pem"
    if "ssl" in lowered:
        return "the server does not speak TLS there: check the port, or use http:// on this machine"
    return "check the URL and that the server runs: reconciler server status"


def _detail(response: httpx.Response) -> str:
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return re.sub(r"\s+", " ", response.text).strip()
    detail = body.get("detail", body.get("error", "")) if isinstance(body, dict) else body
    if response.status_code == 422:
        return _invalid(detail) or _bare(detail)
    text = detail if isinstance(detail, str) else json.dumps(detail)
    return text.partition(", access level in")[0]


def _invalid(detail: object) -> str:
    """Place and message of each complaint; the input it repeats is left out.

    The detail is a Python repr in a string, not JSON (letta 0.16.8, measured).
    """
    complaints = detail
    if isinstance(detail, str):
        try:
            complaints = ast.literal_eval(detail)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return ""
    found = [c for c in complaints if isinstance(c, dict)] if isinstance(complaints, list) else []
    return "; ".join(f"{_place(complaint)}: {complaint.get('msg', '')}" for complaint in found)


def _place(complaint: Mapping[str, object]) -> str:
    """Where the complaint is about, in whatever form that came."""
    place = complaint.get("loc", ())
    return ".".join(map(str, place)) if isinstance(place, list | tuple) else str(place)


def _bare(detail: object) -> str:
    """A complaint of unusual form. It may repeat what was sent: whoever calls this masks the secrets."""
    text = detail if isinstance(detail, str) else json.dumps(detail)
    return text.strip() if detail else "the request is not valid"


def _retry_after(response: httpx.Response) -> float | None:
    text = response.headers.get("retry-after", "")
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        moment = email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, moment - time.time())
