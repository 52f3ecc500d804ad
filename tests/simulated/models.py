"""Model handles, and what the server makes of model settings.

In: the body of a request and the agent before. Out: `llm_config`, `model_settings` and what belongs to them.
Settings that are sent together stick; what is left out of a request with a model comes from its defaults
(letta 0.16.8, measured).
"""

from __future__ import annotations

from typing import Any

from tests.simulated.store import Row

MODELS = {
    "letta/letta-free": {"context_window": 30_000, "max_tokens": 4_096},
    "openai-proxy/gpt-4o-mini": {"context_window": 128_000, "max_tokens": 16_384},
    "openai-proxy/gpt-4o": {"context_window": 128_000, "max_tokens": 16_384},
}
EMBEDDINGS = ("letta/letta-free", "openai/text-embedding-3-small")
_PROVIDER = "openai"


def settled(body: Row, before: Row | None) -> Row:
    """Fields of an agent that follow from the model fields of a request."""
    config = dict(before["llm_config"]) if before else {}
    handle = body.get("model") or config.get("handle")
    known = MODELS[str(handle)]
    if "model" in body or not config:
        config = {"handle": handle, "temperature": 1.0, **known}
    if body.get("context_window_limit") is not None:
        config["context_window"] = body["context_window_limit"]
    given = body.get("model_settings") or {}
    config |= {name: given[name] for name in ("temperature", "parallel_tool_calls") if name in given}
    if "max_output_tokens" in given:
        config["max_tokens"] = given["max_output_tokens"]
    config["model"] = str(handle).partition("/")[2]
    config["model_endpoint_type"] = _PROVIDER
    return {"llm_config": config, "model": handle, "model_settings": _view(config)}


def embedded(handle: str | None, chunk: Any = None) -> Row:
    """The configuration of an embedding, as it is shown."""
    return {"handle": handle, "embedding_chunk_size": chunk or 300}


def _view(config: Row) -> Row:
    return {
        "provider_type": _PROVIDER,
        "temperature": config["temperature"],
        "max_output_tokens": config["max_tokens"],
    }
