"""What is said to an agent, as the server takes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler import Image, ReconcilerError
from reconciler.remote.talk.said import ApprovalAnswer, UserMessage


def test_a_text_alone_is_sent_as_text() -> None:
    assert UserMessage("hello").row("1") == {"role": "user", "content": "hello", "otid": "1"}


@pytest.mark.parametrize(
    ("start", "kind"),
    [(b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif")],
)
def test_the_bytes_tell_the_kind_of_a_picture(start: bytes, kind: str) -> None:
    content = UserMessage("see", (Image(start + b"..."),)).row("1")["content"]
    assert [part["type"] for part in content] == ["text", "image"]
    assert content[1]["source"]["media_type"] == kind


def test_what_is_said_of_a_picture_counts() -> None:
    assert Image(b"...", media_type="image/tiff").part()["source"]["media_type"] == "image/tiff"


def test_an_address_is_passed_on() -> None:
    url = "https://example.com/cat.png"
    assert Image(url=url).part() == {"type": "image", "source": {"type": "url", "url": url}}


@pytest.mark.parametrize("given", [{}, {"data": b"GIF8", "url": "https://example.com"}, {"data": b"?"}])
def test_what_is_no_picture_is_refused_before_anything_is_sent(given: dict[str, object]) -> None:
    with pytest.raises(ReconcilerError):
        Image(**given)  # type: ignore[arg-type]


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(ReconcilerError, match=r"cat\.png cannot be read"):
        Image.read(tmp_path / "cat.png")


def test_a_picture_does_not_print_its_bytes() -> None:
    assert "GIF8" not in repr(Image(b"GIF8"))


def test_every_call_of_a_request_is_answered() -> None:
    row = ApprovalAnswer(("a", "b"), False, "no").row("1")
    assert [(each["tool_call_id"], each["approve"], each["reason"]) for each in row["approvals"]] == [
        ("a", False, "no"),
        ("b", False, "no"),
    ]
