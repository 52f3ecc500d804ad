"""How wide text is on a terminal, how to cut it, and how to make it safe to print.

In: text from manifests and from agents, who may write anything. Out: text that cannot move a cursor,
hide itself or break a column. It must not know what the text is about.
"""

from __future__ import annotations

import re
import unicodedata

_UNSAFE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # control characters of both kinds
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\ud800-\udfff"  # lone surrogates
    "]"
    "|(?<![\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d"
)
"""Control characters, those that cannot be seen or turn the direction of text, and lone surrogates.

A joiner is harmless where it holds an emoji of several parts together.
"""

_JOINER = "\u200d"
_COMMAND = re.compile(r"^(\s*):(?=:)|#(?=#(?:\[|vso\[|teamcity\[))")
"""What runners of GitHub, Azure and TeamCity obey in a log: `::name::` after blanks, `##[...]` anywhere."""

ELLIPSIS = "…"


def safe(text: str) -> str:
    """The text with everything a terminal would obey, or hide, written as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_escape, text)


def harmless(row: str) -> str:
    """One row of a log: safe, and no command to the machine that runs the job."""
    row = safe(row)
    return _COMMAND.sub(_uncommanded, row) if "::" in row or "##" in row else row


def _uncommanded(match: re.Match[str]) -> str:
    return f"{match[1]}\\x3a" if match[1] is not None else "\\x23"


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    known = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
    code = ord(character)
    wide = f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return known.get(character) or (f"\\x{code:02x}" if code < 256 else wide)


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
