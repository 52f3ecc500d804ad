"""What was said before, a fresh start, pictures, and tools that ask for approval: on the real server."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path

import pytest

from reconciler import (
    AgentFailed,
    AgentHandle,
    AsyncConstellations,
    Image,
    Kind,
    Message,
    ReconcilerError,
    UserSet,
)
from tests.live.raw import RawServer

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
INSERT = f"CALL:memory_insert:{json.dumps({'label': 'state', 'new_string': 'busy'})}"


@pytest.fixture
def lead(user: UserSet) -> AgentHandle:
    """An agent that talks."""
    return user.agent("lead")


@pytest.fixture
def asking(lead: AgentHandle, server: RawServer) -> AgentHandle:
    """The same, whose memory tool asks for approval."""
    path = f"/v1/agents/{lead.id}/tools/approval/memory_insert"
    server.call("PATCH", path, {"requires_approval": True})
    return lead


def texts(messages: list[Message], kind: Kind) -> list[str]:
    return [each.text for each in messages if each.kind is kind]


def test_what_was_said_is_read_again(lead: AgentHandle) -> None:
    for text in ("one", "two", "three"):
        lead.send(text)
    messages = lead.messages()
    assert texts(messages, Kind.USER) == ["one", "two", "three"]
    assert texts(messages, Kind.ASSISTANT)[-1] == "STUB answer to: three"
    assert {each.speaker for each in messages if each.kind is Kind.ASSISTANT} == {"lead"}
    assert [each.date for each in messages] == sorted(each.date for each in messages if each.date)
    last = lead.messages(2)
    assert texts(last, Kind.USER) == ["three"]
    assert texts(lead.messages(before=last[0].id), Kind.USER) == ["one", "two"]


def test_a_fresh_start_forgets_the_context_and_deletes_nothing(lead: AgentHandle, server: RawServer) -> None:
    lead.send("one")
    assert len(server.call("GET", f"/v1/agents/{lead.id}")["message_ids"]) > 1
    lead.reset_messages()
    lead.reset_messages()
    assert len(server.call("GET", f"/v1/agents/{lead.id}")["message_ids"]) == 1
    assert texts(lead.messages(), Kind.USER) == ["one"]
    assert lead.send("two") == "STUB answer to: two"


def test_a_picture_reaches_the_agent(lead: AgentHandle, server: RawServer, tmp_path: Path) -> None:
    file = tmp_path / "pixel.png"
    file.write_bytes(PIXEL)
    assert lead.send("what is this?", images=[Image.read(file)]).startswith("STUB answer to: what is this?")
    pieces = lead.stream("and this?", images=[Image(PIXEL)])
    assert "and this?" in "".join(piece.text for piece in pieces)
    rows = server.call("GET", f"/v1/agents/{lead.id}/messages?limit=100&order=asc")
    content = [row["content"] for row in rows if row["message_type"] == "user_message"]
    assert [[part["type"] for part in parts] for parts in content] == [["text", "image"]] * 2
    assert texts(lead.messages(), Kind.USER) == ["what is this?", "and this?"]


def test_an_approved_call_runs(asking: AgentHandle, user: UserSet) -> None:
    asked = asking.exchange(INSERT)
    assert asked.approval is not None
    assert [(call.name, json.loads(call.arguments)["label"]) for call in asked.approval.tool_calls] == [
        ("memory_insert", "state")
    ]
    assert user.block("state").read() == "calm"
    done = asking.approve(asked.approval)
    assert (done.approval, done.stop_reason) == (None, "end_turn")
    assert user.block("state").read() == "calm\nbusy"


def test_a_denied_call_does_not_run_and_the_agent_hears_why(asking: AgentHandle, user: UserSet) -> None:
    with pytest.raises(AgentFailed, match="waits for approval") as caught:
        asking.send(INSERT)
    request = caught.value.exchange.approval
    assert request is not None
    done = asking.deny(request, "not today")
    assert any("not today" in each.text for each in done.messages)
    assert user.block("state").read() == "calm"
    assert asking.pending_approval() is None


def test_a_request_of_before_is_found(asking: AgentHandle, user: UserSet) -> None:
    """As after the program was started anew; a stream ends with it as well."""
    stream = asking.stream(INSERT)
    assert [piece.kind for piece in stream][-1] is Kind.APPROVAL
    request = asking.pending_approval()
    assert request is not None
    assert stream.exchange.approval is not None
    assert stream.exchange.approval.tool_calls == request.tool_calls
    asking.approve(request)
    assert user.block("state").read() == "calm\nbusy"


def test_what_asks_for_nothing_cannot_be_approved(lead: AgentHandle) -> None:
    (*_, answer) = lead.exchange("hello").messages
    with pytest.raises(ReconcilerError, match="asks for no approval"):
        lead.approve(answer)


def test_all_of_it_can_be_awaited(asking: AgentHandle, folder: Path, letta_url: str, user: UserSet) -> None:
    async def play() -> list[str]:
        async with AsyncConstellations(folder, base_url=letta_url, cache=False) as opened:
            agent = opened.user("42").agent(asking.address.name)
            asked = await agent.exchange(INSERT)
            assert asked.approval is not None
            await agent.approve(asked.approval)
            await agent.reset_messages()
            return texts(await agent.messages(), Kind.USER)

    assert asyncio.run(play()) == [INSERT]
    assert user.block("state").read() == "calm\nbusy"


def test_an_insight_can_be_taken_back(user: UserSet) -> None:
    notes = user.source("notes")
    name = notes.add("naps help")
    notes.add("tea is preferred", "tea")
    notes.remove(name)
    assert notes.files() == ["tea.md"]
    assert [hit.text for hit in notes.search("naps")] == ["tea is preferred"]
