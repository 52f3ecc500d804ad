"""Whatever form a secret comes back in, no message shows it; what is no secret stays readable."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus

import httpx
import pytest

from reconciler.errors import RemoteError
from reconciler.remote.http.masking import MASK, mask
from reconciler.remote.http.retry import Safety
from reconciler.remote.http.transport import Request
from reconciler.remote.write.writer import Writer
from reconciler.values import Address, Secret, Update
from tests.remote.fakes import Script, transport_over

SECRET = "-----BEGIN KEY-----\ncanary/line+one=&<é\ncanary line two\n-----END KEY-----\n"
LINES = ("BEGIN KEY", "canary", "END KEY")


@pytest.mark.parametrize(
    "said",
    [
        SECRET,
        SECRET.strip(),
        SECRET.replace("\n", "\r\n"),
        " ".join(SECRET.split()),
        repr(SECRET),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        json.dumps({"x": json.dumps({"y": SECRET})}),
        html.escape(SECRET),
        quote(SECRET),
        quote_plus(SECRET),
        quote(SECRET, safe="").replace("%2F", "%2f").replace("%0A", "%0a").replace("%2B", "%2b"),
        SECRET[:40] + "...",
        "..." + SECRET[30:],
        "line 3: canary line two",
    ],
)
def test_a_secret_of_several_lines_is_masked(said: str) -> None:
    shown = mask(f"it was: {said} (that was it)", [SECRET])
    assert not [line for line in LINES if line in shown]
    assert shown.startswith("it was: ")
    assert shown.endswith(" (that was it)")


@pytest.mark.parametrize("before", ["", "a", "ab", "user:"])
@pytest.mark.parametrize("after", ["", "x", "xy"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_in_base64_is_masked_wherever_it_stands(before: str, after: str, encode: object) -> None:
    said = encode(f"{before}canary-8d1f?>{after}".encode()).decode()  # type: ignore[operator]
    shown = mask(f"Basic {said}", ["canary-8d1f?>"])
    assert shown.startswith("Basic ")
    assert MASK in shown
    assert len(shown) - len("Basic ") - len(MASK) <= len(before) * 2 + len(after) * 2 + 4


def test_both_ends_of_a_secret_that_was_cut_in_the_middle_are_masked() -> None:
    secret = "sk-1234567890abcdefghijklmnopqrstuvwxyz"
    shown = mask(f"input_value='{secret[:15]}...{secret[-15:]}', input_type=str", [secret])
    assert shown == f"input_value='{MASK}...{MASK}', input_type=str"


def test_a_secret_of_one_letter_leaves_words_readable() -> None:
    assert mask("a bad agent, key=a", ["a"]) == f"{MASK} bad agent, key={MASK}"


@pytest.mark.parametrize("secret", ["", " ", "\n"])
def test_a_blank_secret_masks_nothing(secret: str) -> None:
    assert mask("the server said no", [secret]) == "the server said no"


def test_a_page_that_repeats_a_secret_in_one_row_is_not_quoted() -> None:
    script = Script(httpx.Response(400, text=f"<html><pre>{html.escape(SECRET)}</pre></html>"))
    request = Request("POST", "/v1/agents/", "create", Safety.CREATE, body={}, secrets=(SECRET,))
    with transport_over(script) as transport, pytest.raises(RemoteError) as caught:
        transport.send(request)
    assert not [line for line in LINES if line in str(caught.value)]


def test_a_redirect_that_carries_a_secret_along_is_not_quoted() -> None:
    where = f"https://login.test/?token={quote_plus(SECRET)}"
    script = Script(httpx.Response(302, headers={"location": where}))
    request = Request("PATCH", "/v1/agents/a", "update", body={}, secrets=(SECRET,))
    with transport_over(script) as transport, pytest.raises(RemoteError, match=r"login\.test") as caught:
        transport.send(request)
    assert "canary" not in str(caught.value)


def test_a_secret_of_an_app_that_is_sent_along_with_ours_is_not_quoted() -> None:
    """A write of secrets sends all of an agent's, also those that an app put there since the plan."""
    theirs = {"id": "agent-1", "secrets": [{"key": "APP", "value": SECRET}], "tool_rules": []}
    refusal = httpx.Response(400, json={"detail": f"no such value: {SECRET}"})
    update = Update(
        Address.parse("team/42/agent/lead"),
        "agent-1",
        frozenset({"secrets[OURS]"}),
        {"secrets[OURS]": Secret("canary of ours", "OURS")},
        None,
    )
    script = Script(httpx.Response(200, json=theirs), refusal)
    with transport_over(script) as transport, pytest.raises(RemoteError) as caught:
        Writer(transport, "demo").perform(update, {})
    assert json.loads(script.requests[-1].content)["secrets"].keys() == {"APP", "OURS"}
    assert "canary" not in str(caught.value)
