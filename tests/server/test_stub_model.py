"""The STUB model provider answers by script, alone and behind the real server."""

from __future__ import annotations

import base64
import json
import struct
import urllib.request
from typing import Any

import pytest

from reconciler.server import ServerInstance
from reconciler.server.process import wait_until
from reconciler.server.stub_answers import DIMENSIONS, chunks, completion, embeddings, vector
from tests.server.rest import EMBEDDING, call, create_agent, say, upload


def asked(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": text}], **more}


def closeness(one: str, other: str) -> float:
    return sum(a * b for a, b in zip(vector(one), vector(other), strict=True))


def test_plain_text_is_echoed_and_says_stub() -> None:
    assert completion(asked("hi"))["choices"][0]["message"]["content"] == "STUB answer to: hi"


def test_the_same_request_gets_the_same_answer() -> None:
    assert completion(asked("hi")) == completion(asked("hi"))


def test_a_script_line_becomes_a_tool_call() -> None:
    choice = completion(asked('please CALL:memory_insert:{"label": "a", "n": {"x": 1}} now'))["choices"][0]
    function = choice["message"]["tool_calls"][0]["function"]
    assert function["name"] == "memory_insert"
    assert json.loads(function["arguments"]) == {"label": "a", "n": {"x": 1}}
    assert choice["finish_reason"] == "tool_calls"


def test_a_broken_script_line_is_plain_text() -> None:
    assert "tool_calls" not in completion(asked("CALL:memory_insert:{broken"))["choices"][0]["message"]


def test_after_a_tool_result_comes_plain_text() -> None:
    body = asked('CALL:memory_insert:{"label": "a"}')
    body["messages"].append({"role": "tool", "tool_call_id": "x", "content": "fine"})
    assert completion(body)["choices"][0]["message"]["content"] == "STUB: done. fine"


def test_agents_of_older_types_are_answered_through_send_message() -> None:
    body = asked("hi", tools=[{"type": "function", "function": {"name": "send_message"}}])
    function = completion(body)["choices"][0]["message"]["tool_calls"][0]["function"]
    assert json.loads(function["arguments"]) == {"message": "STUB answer to: hi"}


@pytest.mark.parametrize("text", ["hello there", 'CALL:f:{"a": "b c"}'])
def test_a_stream_carries_the_same_answer(text: str) -> None:
    whole = completion(asked(text))["choices"][0]["message"]
    deltas = [part["choices"][0]["delta"] for part in chunks(asked(text)) if part["choices"]]
    assert "".join(delta.get("content") or "" for delta in deltas) == (whole["content"] or "")
    calls = [call["function"] for delta in deltas for call in delta.get("tool_calls", [])]
    wanted = [call["function"]["arguments"] for call in whole.get("tool_calls", [])]
    assert "".join(call["arguments"] for call in calls) == "".join(wanted)


def test_related_texts_are_closer_than_unrelated_ones() -> None:
    question = "what did we learn about sleeping habits"
    assert closeness(question, "a habit of sleep learned last week") > closeness(
        question, "invoice for tyres"
    )


def test_embeddings_come_as_floats_and_as_base64() -> None:
    floats = embeddings({"input": ["a b", "c"]})["data"]
    packed = embeddings({"input": ["a b", "c"], "encoding_format": "base64"})["data"]
    assert [len(item["embedding"]) for item in floats] == [DIMENSIONS, DIMENSIONS]
    decoded = struct.unpack(f"<{DIMENSIONS}f", base64.b64decode(packed[0]["embedding"]))
    assert decoded == pytest.approx(floats[0]["embedding"])


def test_a_scripted_tool_call_edits_the_block_on_the_real_server(letta_url: str) -> None:
    agent = create_agent(letta_url, memory_blocks=[{"label": "human", "value": "likes tea"}])["id"]
    script = {"label": "human", "old_string": "tea", "new_string": "coffee"}
    said = say(letta_url, agent, f"CALL:memory_replace:{json.dumps(script)}")
    assert said[-1]["message_type"] == "assistant_message"
    block = call("GET", f"{letta_url}/v1/agents/{agent}/core-memory/blocks/human")
    assert block["value"] == "likes coffee"


def test_memory_insert_adds_a_line_on_the_real_server(letta_url: str) -> None:
    agent = create_agent(letta_url, memory_blocks=[{"label": "notes", "value": "one"}])["id"]
    say(letta_url, agent, f"CALL:memory_insert:{json.dumps({'label': 'notes', 'new_string': 'two'})}")
    block = call("GET", f"{letta_url}/v1/agents/{agent}/core-memory/blocks/notes")
    assert block["value"] == "one\ntwo"


def test_the_real_server_streams_the_answer(letta_url: str) -> None:
    agent = create_agent(letta_url)["id"]
    body = {"messages": [{"role": "user", "content": "hello"}], "stream_tokens": True}
    request = urllib.request.Request(
        f"{letta_url}/v1/agents/{agent}/messages/stream",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=180) as answer:
        lines = [line[6:] for line in answer.read().decode().splitlines() if line.startswith("data: {")]
    events = [json.loads(line) for line in lines]
    text = "".join(e["content"] for e in events if e.get("message_type") == "assistant_message")
    assert text == "STUB answer to: hello"


def test_an_uploaded_file_is_processed_by_the_real_server(letta_url: str) -> None:
    folder = call("POST", f"{letta_url}/v1/folders/", {"name": "papers", "embedding": EMBEDDING})["id"]
    file = upload(letta_url, folder, "cats.txt", "Cats sleep a lot.")["id"]

    def is_over() -> bool:
        seen = call("GET", f"{letta_url}/v1/folders/{folder}/files/{file}")
        return seen["processing_status"] in ("completed", "error")

    assert wait_until(is_over, 180, interval=0.2)
    seen = call("GET", f"{letta_url}/v1/folders/{folder}/files/{file}")
    assert (seen["processing_status"], seen["error_message"]) == ("completed", None)


def test_the_stub_says_so_in_the_status(letta_server: ServerInstance) -> None:
    url = letta_server.status().stub_model_url
    assert url is not None
    assert {model["owned_by"] for model in call("GET", f"{url}/models")["data"]} == {"STUB"}
