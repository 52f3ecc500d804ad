"""Text is measured in terminal columns and cannot take over a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.report.text.printable import flow, pad, safe, shorten, width


def test_wide_characters_take_two_columns() -> None:
    assert width("漢字") == 4
    assert width("e\u0301") == 1


@pytest.mark.parametrize("bad", ["\x1b[2J", "\r", "\u202e", "\x9b", "\ud800", "\u2028", "\u200b"])
def test_what_a_terminal_would_obey_becomes_an_escape(bad: str) -> None:
    assert safe(f"a{bad}b").isprintable()


def test_emoji_of_several_parts_survive() -> None:
    assert safe("👩\u200d💻") == "👩\u200d💻"


@given(st.text(), st.integers(min_value=2, max_value=40))
def test_shortened_text_fits(text: str, columns: int) -> None:
    assert width(shorten(text, columns)) <= columns


@given(st.text(max_size=20), st.integers(min_value=0, max_value=30))
def test_padding_only_adds_spaces(text: str, columns: int) -> None:
    assert pad(text, columns).removeprefix(text).strip(" ") == ""


@given(st.lists(st.text(alphabet="abc", min_size=1), max_size=30))
def test_flowing_loses_no_word(words: list[str]) -> None:
    assert " ".join(flow(words, 20)) == ", ".join(words)
