"""A text with expressions in it, of which one gives no text."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.manifest.trees import AGENT, said, tree


@pytest.mark.parametrize("expression", ["none", "none if user.id else none", "[1] if true else 2", "(1, 2)"])
def test_what_is_no_text_is_an_error_at_its_place(tmp_path: Path, expression: str) -> None:
    tree(tmp_path, f'blocks: {{a: {{value: "X ${{{{ {expression} }}}}"}}}}\n{AGENT}')
    (only,) = said(tmp_path)
    assert only.where is not None
    assert only.where.line == 4
    assert "cannot stand in a text" in only.summary
