"""What the server fills in by itself is told from what somebody chose."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.kinds import KINDS, LongText, is_default


@pytest.mark.parametrize(
    ("kind", "path", "leaves", "expected"),
    [
        ("agent", "timezone", {"timezone": "UTC"}, True),
        ("agent", "timezone", {"timezone": "Asia/Tokyo"}, False),
        ("agent", "max_files_open", {"max_files_open": 5, "context_window_limit": 30000}, True),
        ("agent", "max_files_open", {"max_files_open": 5, "context_window_limit": 128000}, False),
        ("agent", "model_settings.temperature", {"model_settings.temperature": 1}, True),
        ("agent", "message_buffer_autoclear", {"message_buffer_autoclear": 0}, False),
        ("agent", "context_window_limit", {"context_window_limit": 30000, "model": "letta/letta-free"}, True),
        ("agent", "context_window_limit", {"context_window_limit": 30000, "model": "a/b"}, False),
        ("block", "limit", {"limit": 100000}, True),
        ("block", "value", {"value": ""}, True),
        ("source", "embedding_chunk_size", {"embedding_chunk_size": 300}, True),
        ("group", "termination_token", {"termination_token": "DONE!"}, True),
        ("tool", "description", {"description": "D.", "source_code": 'def f():\n    """D."""\n'}, True),
        ("tool", "description", {"description": "E.", "source_code": 'def f():\n    """D."""\n'}, False),
    ],
)
def test_what_a_server_fills_in_is_known(
    kind: str, path: str, leaves: dict[str, Any], expected: bool
) -> None:
    assert is_default(KINDS[kind], path, leaves) is expected


@pytest.mark.parametrize("leaf", [None, 1, ["text"]])
def test_only_a_text_is_known_by_its_digest(leaf: Any) -> None:
    assert LongText.of(leaf) is None


def test_texts_of_pages_are_known_by_their_digest() -> None:
    assert LongText.of("You help.") == LongText.of("You help.") != LongText.of("You help. ")
