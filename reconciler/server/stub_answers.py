"""What the STUB model answers: pure functions from a request body to an answer body.

In: the JSON of a chat or embeddings request. Out: the JSON of the answer, the same for the same request.
Standard library only, and it must not import from this package: it is loaded by path too.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import struct
from collections import Counter
from collections.abc import Iterator
from typing import Any

DIMENSIONS = 1536
_CALL = re.compile(r"CALL:([A-Za-z0-9_.-]+):\s*(?=\{)")
_COMMON = frozenset(
    re.findall(r"\w+", "a an and are as at be by for from in is it of on or that the this to was")
)


def embeddings(body: dict[str, Any]) -> dict[str, Any]:
    """One vector per input, as floats or base64, whichever the client asks for."""
    given = body.get("input", "")
    inputs = (
        given if isinstance(given, list) and not all(isinstance(item, int) for item in given) else [given]
    )
    dimensions = int(body.get("dimensions") or DIMENSIONS)
    vectors = [vector(_text_of(item), dimensions) for item in inputs]
    return {
        "object": "list",
        "model": body.get("model", "STUB"),
        "usage": {"prompt_tokens": len(inputs), "total_tokens": len(inputs)},
        "data": [
            {
                "object": "embedding",
                "index": index,
                "embedding": _encoded(values, body.get("encoding_format")),
            }
            for index, values in enumerate(vectors)
        ],
    }


def vector(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """Words hashed into a bag and normalised, so that texts sharing words lie close together."""
    values = [0.0] * dimensions
    for feature, weight in _features(text).items():
        digest = int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest(), "big")
        values[digest % dimensions] += weight if digest >> 63 else -weight
    length = math.sqrt(sum(value * value for value in values))
    if length == 0.0:
        values[0], length = 1.0, 1.0
    return [value / length for value in values]


def _features(text: str) -> dict[str, float]:
    """Words, and their first five letters so that inflected forms meet; common words are dropped."""
    words = Counter(word for word in re.findall(r"\w+", text.lower()) if word not in _COMMON)
    features: Counter[str] = Counter()
    for word, count in words.items():
        features[f"word:{word}"] += 1
        features[f"stem:{word[:5]}"] += count
    return {feature: math.sqrt(count) for feature, count in features.items()}


def _encoded(values: list[float], encoding: object) -> list[float] | str:
    if encoding == "base64":
        return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()
    return values


def completion(body: dict[str, Any]) -> dict[str, Any]:
    """The whole answer to a chat request."""
    message = answer(body)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(message)}
    return {**_envelope(body, "chat.completion"), "choices": [choice], "usage": _usage(body)}


def chunks(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same answer in pieces, as a streaming client gets it."""
    message = answer(body)
    envelope = _envelope(body, "chat.completion.chunk")

    def piece(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**envelope, "choices": [choice]}

    yield piece({"role": "assistant", "content": "" if message.get("content") else None})
    for index, call in enumerate(message.get("tool_calls", [])):
        named = {"name": call["function"]["name"], "arguments": ""}
        yield piece({"tool_calls": [{**call, "index": index, "function": named}]})
        arguments = {"arguments": call["function"]["arguments"]}
        yield piece({"tool_calls": [{"index": index, "function": arguments}]})
    for word in re.findall(r"\S+\s*", message.get("content") or ""):
        yield piece({"content": word})
    yield piece({}, _finish(message))
    if (body.get("stream_options") or {}).get("include_usage"):
        yield {**envelope, "choices": [], "usage": _usage(body)}


def answer(body: dict[str, Any]) -> dict[str, Any]:
    """The assistant message: a scripted tool call, or a text that says STUB."""
    messages = body.get("messages") or [{}]
    last = messages[-1]
    if last.get("role") == "tool":
        text = f"STUB: done. {_text_of(last.get('content'))[:80]}"
    else:
        said = _user_text(messages)
        script = _scripted_call(said)
        if script:
            return _tool_call(*script, messages)
        text = f"STUB answer to: {said[:80]}"
    offered = {tool.get("function", {}).get("name") for tool in body.get("tools") or []}
    if "send_message" in offered:  # agents of the older types speak only through this tool
        return _tool_call("send_message", json.dumps({"message": text}), messages)
    return {"role": "assistant", "content": text, "refusal": None}


def _scripted_call(text: str) -> tuple[str, str] | None:
    found = _CALL.search(text)
    if found is None:
        return None
    try:
        arguments, _ = json.JSONDecoder().raw_decode(text, found.end())
    except ValueError:
        return None
    return found.group(1), json.dumps(arguments)


def _tool_call(name: str, arguments: str, messages: list[dict[str, Any]]) -> dict[str, Any]:
    seed = json.dumps([name, arguments, messages], sort_keys=True, default=str)
    call = f"call_{hashlib.sha256(seed.encode()).hexdigest()[:24]}"
    function = {"name": name, "arguments": arguments}
    calls = [{"id": call, "type": "function", "function": function}]
    return {"role": "assistant", "content": None, "refusal": None, "tool_calls": calls}


def _user_text(messages: list[dict[str, Any]]) -> str:
    """What the user said last; older agent types wrap it in JSON."""
    text = next((_text_of(m.get("content")) for m in reversed(messages) if m.get("role") == "user"), "")
    try:
        wrapped = json.loads(text)
    except ValueError:
        return text
    return str(wrapped["message"]) if isinstance(wrapped, dict) and "message" in wrapped else text


def _text_of(content: object) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = (str(p.get("text", "")) if isinstance(p, dict) else str(p) for p in content)
        return " ".join(parts)
    return ""


def _finish(message: dict[str, Any]) -> str:
    return "tool_calls" if message.get("tool_calls") else "stop"


def _envelope(body: dict[str, Any], kind: str) -> dict[str, Any]:
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:24]
    model = body.get("model", "STUB")
    return {
        "id": f"STUB-{digest}",
        "object": kind,
        "created": 0,
        "model": model,
        "system_fingerprint": "STUB",
    }


def _usage(body: dict[str, Any]) -> dict[str, Any]:
    tokens = len(json.dumps(body.get("messages", []))) // 4
    return {"prompt_tokens": tokens, "completion_tokens": 8, "total_tokens": tokens + 8}
