"""Every fault of the network or server becomes one error a person can act on; nothing is made twice."""

from __future__ import annotations

import os
import traceback

import httpx
import pytest

from reconciler.errors import (
    AccessDenied,
    Conflict,
    MalformedAnswer,
    NotFound,
    ReconcilerError,
    Refused,
    RemoteError,
    ServerUnreachable,
    UnknownOutcome,
)
from reconciler.remote import Connection, Counts, connect
from reconciler.remote.http.retry import Safety
from reconciler.remote.http.transport import Request
from reconciler.values import Secret
from tests.remote.fakes import Script, transport_over

CANARY = "canary-8d1f"
READ = Request("GET", "/v1/agents/", "list the agents", Safety.READ)
PATCH = Request("PATCH", "/v1/agents/a", "update the agent", body={"name": "x"})
CREATE = Request("POST", "/v1/agents/", "create the agent", Safety.CREATE, body={"name": "x"})
OK = httpx.Response(200, json={"id": "agent-1"})
TRIES = 6


def status(code: int, detail: str = "", **headers: str) -> httpx.Response:
    return httpx.Response(code, json={"detail": detail}, headers=headers)


@pytest.mark.parametrize(
    ("fault", "request_", "error", "sent"),
    [
        (status(401, "Unauthorized"), READ, AccessDenied, 1),
        (status(403), PATCH, AccessDenied, 1),
        (status(404, "Agent not found"), PATCH, NotFound, 1),
        (status(404, "NOT_FOUND: Handle openai/x not found, must be one of []"), PATCH, RemoteError, 1),
        (status(404, "Items not found in agents"), CREATE, RemoteError, 1),
        (status(409, "A unique constraint was violated"), CREATE, Conflict, 1),
        (status(409, "Block was updated by another transaction. Please retry"), PATCH, Conflict, TRIES),
        (status(400, "no such tool"), CREATE, RemoteError, 1),
        (status(500, "Export failed: Agent name 'a.b' contains invalid characters"), CREATE, RemoteError, 1),
        (status(500, "A database error occurred."), READ, RemoteError, TRIES),
        (status(500, "A database error occurred."), PATCH, RemoteError, TRIES),
        (status(500, "A database error occurred."), CREATE, UnknownOutcome, 1),
        (status(502), CREATE, UnknownOutcome, 1),
        (status(504), CREATE, UnknownOutcome, 1),
        (status(408), CREATE, UnknownOutcome, 1),
        (status(429), CREATE, RemoteError, TRIES),
        (status(503), CREATE, UnknownOutcome, 1),
        (status(409, "Block was updated by another transaction. Please retry"), CREATE, UnknownOutcome, 1),
        (httpx.ConnectError, READ, ServerUnreachable, 3),
        (httpx.ConnectError, CREATE, ServerUnreachable, 3),
        (httpx.ConnectTimeout, CREATE, ServerUnreachable, 3),
        (httpx.ReadTimeout, READ, ServerUnreachable, TRIES),
        (httpx.ReadTimeout, PATCH, UnknownOutcome, TRIES),
        (httpx.ReadTimeout, CREATE, UnknownOutcome, 1),
        (httpx.RemoteProtocolError, CREATE, UnknownOutcome, 1),
        (httpx.ReadError, CREATE, UnknownOutcome, 1),
        (httpx.WriteError, CREATE, UnknownOutcome, 1),
    ],
)
def test_a_fault_that_stays(
    fault: httpx.Response | type[Exception], request_: Request, error: type[RemoteError], sent: int
) -> None:
    script = Script(fault)
    with transport_over(script) as transport:
        with pytest.raises(error) as caught:
            transport.send(request_)
        assert type(caught.value) is error
        assert len(script.requests) == sent
        assert transport.counts == (Counts(reads=sent) if request_ is READ else Counts(writes=sent))


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (status(404, "Not Found"), "without /v1 at its end"),
        (httpx.Response(404, text="<h1>nothing here</h1>"), "without /v1 at its end"),
        (status(404, "Agent agent-1 not found"), ""),
    ],
)
def test_an_address_that_no_letta_server_has_is_told_from_a_resource_that_is_gone(
    answer: httpx.Response, hint: str
) -> None:
    with transport_over(Script(answer)) as transport, pytest.raises(NotFound) as caught:
        transport.send(READ)
    assert hint in caught.value.hint
    assert bool(caught.value.hint) is bool(hint)


@pytest.mark.parametrize("fault", [status(500, "A database error occurred."), status(429), httpx.ReadTimeout])
def test_a_fault_that_passes_is_not_noticed(fault: httpx.Response | type[Exception]) -> None:
    script, sleeps = Script(fault, fault, OK), list[float]()
    with transport_over(script, sleeps=sleeps) as transport:
        assert transport.send(PATCH) == {"id": "agent-1"}
    assert sleeps == [0.5, 1.0]


def test_a_create_is_sent_again_when_it_was_never_sent() -> None:
    script = Script(httpx.ConnectError, OK)
    with transport_over(script) as transport:
        assert transport.send(CREATE) == {"id": "agent-1"}


def test_a_server_that_answered_before_is_waited_for() -> None:
    sleeps: list[float] = []
    script = Script(OK, httpx.ConnectError)
    with transport_over(script, sleeps=sleeps) as transport:
        transport.send(READ)
        with pytest.raises(ServerUnreachable):
            transport.send(CREATE)
    assert len(script.requests) == 1 + TRIES
    assert sum(sleeps) > 10


def test_retry_after_is_honoured_up_to_the_patience_of_the_policy() -> None:
    sleeps: list[float] = []
    script = Script(status(429, **{"retry-after": "7"}), status(429, **{"retry-after": "3600"}))
    with transport_over(script, sleeps=sleeps) as transport, pytest.raises(RemoteError):
        transport.send(READ)
    assert sleeps == [7.0]


def test_the_limit_shrinks_when_the_server_struggles() -> None:
    with transport_over(Script(status(429), OK)) as transport:
        before = transport.limiter.slots
        transport.send(READ)
        assert transport.limiter.slots < before


def test_what_must_hold_before_a_write_is_looked_at_before_each_attempt() -> None:
    looked: list[int] = []
    request = Request("PATCH", "/v1/blocks/b", "update", body={}, before=lambda: looked.append(1))
    with transport_over(Script(httpx.ReadTimeout, OK)) as transport:
        transport.send(request)
    assert len(looked) == 2


@pytest.mark.parametrize("content", [b"<html>hello</html>", b"{", b'"\xff"', b"[" * 200_000])
def test_an_answer_that_is_not_json_is_said_so(content: bytes) -> None:
    script = Script(httpx.Response(200, content=content))
    with transport_over(script) as transport, pytest.raises(MalformedAnswer):
        transport.send(READ)


def test_a_redirect_is_not_followed_with_the_key() -> None:
    script = Script(httpx.Response(307, headers={"location": "http://elsewhere.test/v1/agents/"}))
    with (
        transport_over(script, key=CANARY) as transport,
        pytest.raises(RemoteError, match=r"redirects to http://elsewhere\.test"),
    ):
        transport.send(READ)
    assert len(script.requests) == 1


def echo(request: httpx.Request) -> httpx.Response:
    """A server that repeats everything it got, as 422 does (letta 0.16.8, measured)."""
    detail = [
        {"type": "t", "loc": ("body", "name"), "msg": "Field required", "input": request.content.decode()}
    ]
    return httpx.Response(422, json={"detail": str(detail)})


def echo_all(request: httpx.Request) -> httpx.Response:
    return httpx.Response(400, text=f"{dict(request.headers)} {request.url} {request.content.decode()}")


def echo_in_words(request: httpx.Request) -> httpx.Response:
    return httpx.Response(422, json={"detail": f"this will not do: {request.content.decode()}"})


@pytest.mark.parametrize("handler", [echo, echo_all, echo_in_words])
def test_no_key_and_no_secret_is_in_a_message_or_traceback(handler: object) -> None:
    secret = f'{CANARY}-"quoted"\n'
    request = Request(
        "POST", "/v1/agents/", "create", Safety.CREATE, body={"s": {"K": secret}}, secrets=(secret,)
    )
    with transport_over(handler, key=CANARY + "-key") as transport:  # type: ignore[arg-type]
        with pytest.raises(ReconcilerError) as caught:
            transport.send(request)
        shown = (
            str(caught.value)
            + "".join(traceback.format_exception(caught.value))
            + repr(transport)
            + repr(request)
        )
    assert CANARY not in shown


def test_a_complaint_about_the_request_names_the_place() -> None:
    with transport_over(echo) as transport, pytest.raises(RemoteError, match=r"body\.name: Field required"):
        transport.send(CREATE)


@pytest.mark.parametrize(
    ("detail", "why"),
    [
        ("Tool rule names no tool: \x1b[2J", "Tool rule names no tool: \x1b[2J"),
        ({"reason": "a rule is missing"}, '{"reason": "a rule is missing"}'),
        ("", "the request is not valid"),
    ],
)
def test_the_reason_of_a_refused_write_is_shown_whatever_its_form(detail: object, why: str) -> None:
    script = Script(httpx.Response(422, json={"detail": detail}))
    with transport_over(script) as transport, pytest.raises(RemoteError) as caught:
        transport.send(CREATE)
    assert caught.value.why == why


def test_the_key_is_sent_as_letta_wants_it_and_one_of_the_environment_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(os.environ, "LETTA_API_KEY", CANARY)
    script = Script(OK)
    with transport_over(script) as transport:
        transport.send(READ)
    with transport_over(script, key="given") as transport:
        transport.send(READ)
    assert [r.headers.get("authorization") for r in script.requests] == [None, "Bearer given"]


def test_the_project_of_letta_cloud_goes_into_its_header() -> None:
    script = Script(OK)
    client = httpx.Client(transport=httpx.MockTransport(script))
    transport = connect(Connection("https://letta.test", Secret("k"), project="default"), client)
    transport.send(READ)
    transport.close()
    assert script.requests[0].headers["x-project"] == "default"


@pytest.mark.parametrize(
    "url", ["http://example.test", "http://10.0.0.7:8283", "http://127.0.0.1.example.test"]
)
def test_a_key_is_not_sent_in_the_clear(url: str) -> None:
    with pytest.raises(Refused, match="plain http") as caught:
        connect(Connection(url, Secret(CANARY)))
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://localhost:8283", "http://127.0.0.1", "http://[::1]:8283", "https://x.test"]
)
def test_a_key_is_sent_to_this_machine_or_over_https(url: str) -> None:
    connect(Connection(url, Secret("k"))).close()


@pytest.mark.parametrize("url", ["", "letta.test", "ftp://letta.test", "https://"])
def test_what_is_not_a_web_address_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="server URL"):
        connect(Connection(url))


def test_a_password_in_the_url_is_not_shown() -> None:
    url = f"https://user:{CANARY}@letta.test"
    nobody = Script(httpx.ConnectError)
    with transport_over(nobody, url=url) as transport, pytest.raises(ServerUnreachable) as caught:
        transport.send(READ)
    assert CANARY not in str(caught.value)
    assert "letta.test" in str(caught.value)


@pytest.mark.parametrize(
    "step", [status(504), status(418), httpx.ConnectError], ids=["504", "418", "nothing"]
)
def test_a_time_that_cannot_be_asked_is_an_error_like_any_other(step: httpx.Response) -> None:
    with transport_over(Script(step)) as transport, pytest.raises(RemoteError, match="ask for the time"):
        transport.server_time()


def test_the_time_is_asked_again_as_every_read_is() -> None:
    script = Script(
        httpx.Response(503), httpx.Response(200, headers={"date": "Sat, 28 Nov 2026 12:00:00 GMT"})
    )
    with transport_over(script) as transport:
        assert transport.server_time() == "Sat, 28 Nov 2026 12:00:00 GMT"
    assert len(script.requests) == 2


@pytest.mark.parametrize(
    ("complaint", "why"),
    [
        ({"loc": ["body", "name"], "msg": "too long"}, "body.name: too long"),
        ({"loc": 1, "msg": None}, "1: None"),
        ({"loc": None}, "None: "),
        ({"loc": "body", "msg": ["x"]}, "body: ['x']"),
    ],
)
def test_a_complaint_of_any_shape_is_shown(complaint: dict[str, object], why: str) -> None:
    script = Script(httpx.Response(422, json={"detail": [complaint, 7]}))
    with transport_over(script) as transport, pytest.raises(RemoteError) as caught:
        transport.send(READ)
    assert caught.value.why.endswith(why)


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "/v1/agents/\x00", "look", Safety.READ),
        Request("GET", "/v1/agents/\ud800", "look", Safety.READ),
        Request("GET", "/v1/agents/", "look", Safety.READ, (("after", "\ud800"),)),
        Request("PATCH", "/v1/agents/a", "look", body={"tags": ["\ud800"]}),
    ],
    ids=["control", "half-a-pair", "half-a-pair-asked-for", "half-a-pair-sent"],
)
def test_what_no_request_can_hold_is_an_error_like_any_other(request_: Request) -> None:
    script = Script(OK)
    with transport_over(script) as transport, pytest.raises(MalformedAnswer, match="not sent: look"):
        transport.send(request_)
    assert not script.requests


@pytest.mark.parametrize(
    "text",
    [
        *("Mon, 99999999999999999999 Jan 2026 00:00:00 GMT", "Mon, 01 Jan 2026 00:00:00 +99999999999999"),
        *("Mon, 01 Jan 0001 00:00:00 -0000", "nan", "-5", "7, 7", "soon"),
    ],
)
def test_a_time_to_wait_that_is_none_is_as_if_nothing_was_said(text: str) -> None:
    sleeps: list[float] = []
    script = Script(status(429, **{"retry-after": text}), OK)
    with transport_over(script, sleeps=sleeps) as transport:
        assert transport.send(READ) == {"id": "agent-1"}
    assert sleeps == [0.5]


@pytest.mark.parametrize("text", ["inf", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_server_that_wants_to_be_left_alone_for_ever_is_not_waited_for(text: str) -> None:
    sleeps: list[float] = []
    script = Script(status(429, **{"retry-after": text}))
    with transport_over(script, sleeps=sleeps) as transport, pytest.raises(RemoteError):
        transport.send(READ)
    assert not sleeps
