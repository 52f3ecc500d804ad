"""Providers whose language models have settings of a shape of their own (letta 0.16.8).

In: the handle of a model. Out: whose settings it has. Pure.
"""

from __future__ import annotations

PROVIDERS = (
    "anthropic",
    "azure",
    "baseten",
    "bedrock",
    "chatgpt_oauth",
    "deepseek",
    "google_ai",
    "google_vertex",
    "groq",
    "openai",
    "openrouter",
    "sglang",
    "together",
    "xai",
    "zai",
)


def provider_of(handle: str) -> str:
    """The provider that a handle begins with; all others are spoken to like openai."""
    name = handle.partition("/")[0]
    return name if name in PROVIDERS else "openai"
