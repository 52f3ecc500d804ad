"""Lines of text with a tone for each part: what every renderer makes and every screen shows.

In: text and tones. Out: plain text, or the same text with terminal colours. It must not know what the
lines say, nor where they go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from reconciler.report.text.printable import harmless, safe, width


class Tone(Enum):
    """What a piece of text means; the value is its terminal colour (SGR parameters)."""

    PLAIN = ""
    HEADING = "1"
    ADD = "32"
    CHANGE = "33"
    REMOVE = "31"
    REPLACE = "35"
    KEEP = "36"
    DIM = "2"
    WARNING = "33;1"
    ERROR = "31;1"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one line."""

    text: str
    tone: Tone = Tone.PLAIN


Line: TypeAlias = tuple[Span, ...]
"""One line, without its line break."""

BLANK: Line = ()


def line(*parts: Span | str) -> Line:
    """A line of pieces; bare strings are plain."""
    spans = (Span(part) if isinstance(part, str) else part for part in parts)
    return tuple(span for span in spans if span.text)


def indented(by: int, lines: Iterable[Line]) -> Iterator[Line]:
    """The lines moved to the right; blank ones stay blank."""
    for each in lines:
        yield (Span(" " * by), *each) if each else each


def cells(one: Line) -> int:
    """How many terminal columns a line takes."""
    return sum(width(span.text) for span in one)


def plain(lines: Iterable[Line]) -> str:
    """The lines as text, each ended by a line break."""
    return "".join("".join(span.text for span in harmless_line(each)).rstrip() + "\n" for each in lines)


def coloured(lines: Iterable[Line]) -> str:
    """The same text with terminal colours."""
    return "".join("".join(map(_paint, harmless_line(each))) + "\n" for each in lines)


def harmless_line(one: Line) -> Line:
    """The line with every part safe; where the whole would be a command to a log's reader, in one tone."""
    parts = tuple(Span(safe(span.text), span.tone) for span in one)
    whole = "".join(span.text for span in parts)
    tame = harmless(whole)
    return parts if tame == whole else (Span(tame),)


def _paint(span: Span) -> str:
    if span.tone is Tone.PLAIN or not span.text.strip():
        return span.text
    return f"\x1b[{span.tone.value}m{span.text}\x1b[0m"
