"""What a program says to a group: every manager type, each message once."""

from __future__ import annotations

import httpx

from reconciler.runtime import UserSet
from reconciler.runtime.group_turns import Circle, Turn, turns_of
from tests.live.raw import RawServer

NAMES = {"a": "anna", "b": "ben", "c": "cleo"}


def circle(manager_type: str, **more: object) -> Circle:
    return Circle(manager_type, ("a", "b"), {**NAMES}, **more)  # type: ignore[arg-type]


def played(circle: Circle, *answers: dict[str, str]) -> list[Turn]:
    """The turns, when the members answer so."""
    turns = turns_of(circle, "hello")
    seen = [next(turns)]
    try:
        for answer in answers:
            seen.append(turns.send(answer))
    except StopIteration:
        pass
    return seen


def test_in_a_round_everybody_hears_what_was_said_since(user: UserSet) -> None:
    exchange = user.group("circle").exchange("hello")
    assert [message.speaker for message in exchange.messages] == ["lead", "left", "right"]
    assert exchange.messages[1].text.startswith("STUB answer to: user: hello\nlead: STUB answer")


def test_a_led_group_speaks_as_often_as_it_may(user: UserSet) -> None:
    exchange = user.group("talk").exchange("hello")
    assert [message.speaker for message in exchange.messages] == ["left", "right"]


def test_a_supervisor_hears_all_and_answers(user: UserSet) -> None:
    said = user.group("board").send("hello")
    assert [line.split(":")[0] for line in said.splitlines() if ": STUB" in line][:3] == [
        "left",
        "right",
        "lead",
    ]


def test_the_manager_of_a_background_group_answers(user: UserSet) -> None:
    assert user.group("dream").send("hello") == "STUB answer to: hello"


def test_a_group_streams_speaker_by_speaker(user: UserSet) -> None:
    speakers = [piece.speaker for piece in user.group("circle").stream("hello")]
    assert list(dict.fromkeys(speakers)) == ["lead", "left", "right"]


def test_the_server_itself_holds_no_conversation(user: UserSet, server: RawServer) -> None:
    """When this fails, Letta talks to groups again and the turns need not be taken here."""
    group = user.group_cached("circle")
    assert group is not None
    answer = httpx.post(
        f"{server.url}/v1/groups/{group.server_id}/messages", json={"messages": []}, timeout=60
    )
    assert answer.status_code == 405


def test_the_manager_names_who_speaks() -> None:
    turns = played(circle("dynamic", manager="c", max_turns=5), {"c": "I think Ben."}, {"b": "done"})
    assert list(turns[1].texts) == ["b"]
    assert turns[0].is_aside
    assert "anna" in turns[2].texts["c"]


def test_the_closing_word_ends_a_led_group() -> None:
    led = circle("dynamic", manager="c", max_turns=9, termination_token="OVER")
    assert len(played(led, {"c": "anna"}, {"a": "OVER"}, {"c": "ben"})) == 2


def test_a_round_ends_when_nobody_has_anything_to_say() -> None:
    assert len(played(circle("round_robin", max_turns=9), {"a": ""}, {"b": ""}, {"a": ""})) == 2
