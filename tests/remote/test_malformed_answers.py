"""Whatever a server sends, decoding ends in resources or in a MalformedAnswer that names the object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import MalformedAnswer
from reconciler.remote.decode import decode, decode_agent, decode_group, decode_source
from reconciler.values import LiveResource

Decode = Callable[[dict[str, Any]], LiveResource]
ROWS: dict[str, tuple[Decode, dict[str, Any]]] = {
    "agent": (
        lambda row: decode_agent(row, "demo", {}),
        {
            "id": "agent-1",
            "name": "flux",
            "description": None,
            "blocks": [{"id": "block-1", "label": "persona"}],
            "tools": [{"id": "tool-1", "name": "memory_insert"}],
            "sources": [{"id": "source-1", "name": "kn"}],
            "secrets": [{"key": "K", "value": "v"}],
            "tool_rules": [{"type": "exit_loop", "tool_name": "x", "prompt_template": None}],
            "model_settings": {"temperature": 1.0, "reasoning": {"reasoning_effort": "high"}},
            "llm_config": {"context_window": 30000, "parallel_tool_calls": False},
            "compaction_settings": {"mode": "all", "model_settings": None},
            "response_format": {"type": "text"},
            "metadata": {"a": 1},
            "tags": ["x"],
            "message_ids": ["m"],
        },
    ),
    "block": (
        lambda row: decode("block", row, "demo"),
        {"id": "block-1", "label": "persona", "value": "v", "limit": 5, "metadata": {}, "tags": ["a"]},
    ),
    "tool": (
        lambda row: decode("tool", row, "demo"),
        {"id": "tool-1", "name": "t", "tags": [], "pip_requirements": [{"name": "x", "version": None}]},
    ),
    "group": (
        lambda row: decode_group(row, "demo", {}),
        {
            "id": "group-1",
            "description": "d",
            "agent_ids": ["agent-1"],
            "manager_agent_id": None,
            "max_turns": 3,
        },
    ),
    "source": (
        lambda row: decode_source(row, "demo", [{"id": "file-1", "file_name": "a.md", "file_size": 3}]),
        {"id": "source-1", "name": "kn", "metadata": {}, "embedding_config": {"handle": "h"}},
    ),
}
FIELDS = [(kind, key) for kind, (_, row) in ROWS.items() for key in row]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def outcome(decode: Callable[[], object]) -> str | None:
    try:
        decode()
    except MalformedAnswer as error:
        return error.summary
    return None


@pytest.mark.parametrize("kind", ROWS)
def test_a_row_as_promised_is_decoded(kind: str) -> None:
    decode, row = ROWS[kind]
    assert decode(row).id == row["id"]


@pytest.mark.parametrize(
    ("kind", "key"), [(kind, key) for kind, key in FIELDS if key in ("id", "name", "label")]
)
def test_what_is_always_there_is_missed(kind: str, key: str) -> None:
    decode, row = ROWS[kind]
    with pytest.raises(MalformedAnswer, match=kind):
        decode({name: value for name, value in row.items() if name != key})


@pytest.mark.parametrize(("kind", "key"), FIELDS)
@given(value=json_values)
def test_no_value_breaks_the_decoder(kind: str, key: str, value: object) -> None:
    decode, row = ROWS[kind]
    error = outcome(lambda: decode({**row, key: value}))
    assert error is None or kind in error or "file" in error


def test_settings_the_view_shows_wrongly_come_from_the_configuration() -> None:
    decode, row = ROWS["agent"]
    row = {**row, "model_settings": {**row["model_settings"], "parallel_tool_calls": True}}
    assert decode(row).leaves["model_settings.parallel_tool_calls"] is False
