"""How wide text is on a terminal, how to cut it, and how to make it safe to print.

In: text from manifests and from agents, who may write anything. Out: text that cannot move a cursor,
hide itself or break a column. It must not know what the text is about.
"""

from __future__ import annotations

import re
import unicodedata

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""Control characters, invisible ones, those that turn the direction of text, and lone surrogates."""

_JOINER = "\u200d"
"""Holds an emoji of several parts together: harmless."""

ELLIPSIS = "…"


def safe(text: str) -> str:
    """The text with everything a terminal would obey, or hide, written as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    known = {"\n": "\\n", "\t": "\\t", "\r": "\\r", _JOINER: _JOINER}
    code = ord(character)
    return known.get(character) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")


def width(text: str) -> int:
    """Terminal columns: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or character == _JOINER:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def shorten(text: str, columns: int) -> str:
    """The text, cut with an ellipsis when it takes more than `columns`."""
    if width(text) <= columns:
        return text
    taken = 0
    for index, character in enumerate(text):
        taken += _columns(character)
        if taken > columns - 1:
            return text[:index].rstrip() + ELLIPSIS
    return text


def pad(text: str, columns: int) -> str:
    """The text, filled with spaces up to `columns`."""
    return text + " " * max(0, columns - width(text))


def flow(words: list[str], columns: int) -> list[str]:
    """Words joined by commas, broken into rows of at most `columns` where they allow it."""
    rows: list[str] = []
    for index, word in enumerate(words):
        piece = word if index == len(words) - 1 else word + ","
        if rows and width(rows[-1]) + 1 + width(piece) <= columns:
            rows[-1] += " " + piece
        else:
            rows.append(piece)
    return rows
