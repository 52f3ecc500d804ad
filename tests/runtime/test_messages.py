"""What a program says to an agent, and what it gets back."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from reconciler import Constellations
from reconciler.runtime import Kind, UserSet
from tests.live.raw import RawServer


def call(tool: str, **arguments: object) -> str:
    """A text the STUB model answers with a tool call."""
    return f"CALL:{tool}:{json.dumps(arguments)}"


def test_an_agent_answers(user: UserSet) -> None:
    assert user.agent("lead").send("hello") == "STUB answer to: hello"


def test_an_exchange_holds_everything_that_happened(user: UserSet) -> None:
    exchange = user.agent("lead").exchange(call("memory_insert", label="state", new_string="busy"))
    assert [message.kind for message in exchange.messages] == [
        Kind.TOOL_CALL,
        Kind.TOOL_RETURN,
        Kind.ASSISTANT,
    ]
    assert exchange.messages[0].tool == exchange.messages[1].tool == "memory_insert"
    assert (exchange.stop_reason, exchange.messages[0].speaker) == ("end_turn", "lead")
    assert exchange.tokens > 0
    assert user.block("state").read() == "calm\nbusy"


def test_a_tool_that_fails_is_an_error_in_the_exchange(user: UserSet) -> None:
    exchange = user.agent("lead").exchange(call("memory_insert", label="nothing", new_string="x"))
    assert any(message.kind is Kind.TOOL_RETURN and message.is_error for message in exchange.messages)
    assert exchange.text.startswith("STUB")


def test_a_stream_comes_in_pieces_and_ends_whole(user: UserSet) -> None:
    stream = user.agent("lead").stream("tell me more")
    pieces = [piece.text for piece in stream if piece.kind is Kind.ASSISTANT]
    assert len(pieces) > 2
    assert "".join(pieces) == stream.exchange.text == "STUB answer to: tell me more"
    assert stream.exchange.stop_reason == "end_turn"


def test_leaving_a_stream_stops_the_agent(user: UserSet, server: RawServer) -> None:
    stream = user.agent("lead").stream(call("memory_insert", label="state", new_string="busy"))
    for _ in stream:
        break
    assert stream.exchange.stop_reason in ("cancelled", "")
    (run,) = server.call("GET", f"/v1/runs/?agent_id={user.agent('lead').id}&limit=1")
    assert run["status"] in ("cancelled", "completed")


def test_a_message_is_sent_once(user: UserSet, server: RawServer) -> None:
    user.agent("lead").send("only once")
    rows = server.call("GET", f"/v1/agents/{user.agent('lead').id}/messages?limit=100")
    assert [row["content"] for row in rows if row["message_type"] == "user_message"] == ["only once"]


@pytest.mark.parametrize("name", ["left", "right"])
def test_agents_do_not_hear_each_other(user: UserSet, name: str) -> None:
    user.agent("lead").send("a secret")
    assert "secret" not in user.agent(name).send("what do you know?")


def test_slow_answers_keep_nobody_else_waiting(constellations: Constellations, user: UserSet) -> None:
    """More agents than the transport has slots answer at once, and a block is read meanwhile."""
    slots = constellations.session.transport.limiter.slots
    at_once = threading.Barrier(slots * 3)
    handle = user.agent("lead")

    def say() -> str:
        at_once.wait(60)
        return handle.send("hello")

    with ThreadPoolExecutor(slots * 3) as pool:
        answers = [pool.submit(say) for _ in range(slots * 3)]
        assert user.block("state").read() == "calm"
        assert {answer.result() for answer in answers} == {"STUB answer to: hello"}
