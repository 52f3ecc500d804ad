"""Old values of a block for people and programs.

In: old values, newest first. Out: lines, or a document. It must not read the cache itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from reconciler.report.text.lines import Line, Span, Tone, line
from reconciler.report.text.one_value import brief
from reconciler.report.text.printable import pad
from reconciler.report.text.words import count
from reconciler.values import Address

FORMAT_VERSION = "1.0"


class OldValue(Protocol):
    """What is shown of an entry."""

    @property
    def number(self) -> int: ...

    @property
    def path(self) -> str: ...

    @property
    def value(self) -> str: ...

    @property
    def why(self) -> str: ...

    @property
    def replaced_at(self) -> str: ...


def history_lines(values: Iterable[OldValue], columns: int) -> Iterator[Line]:
    """One line for each: number, when it ended, why, its first line and its length."""
    listed = list(values)
    numbers = max((len(str(old.number)) for old in listed), default=0)
    reasons = max((len(old.why) for old in listed), default=0)
    for old in listed:
        room = columns - numbers - reasons - len(old.replaced_at) - 10
        yield line(
            Span(f"@{old.number}".ljust(numbers + 1), Tone.HEADING),
            Span(f"  {old.replaced_at}  ", Tone.DIM),
            pad(old.why, reasons),
            "  ",
            brief(_first_line(old.value), room - 24),
            Span(f"  {count(len(old.value), 'character')}", Tone.DIM),
        )


def _first_line(value: str) -> str:
    return next((text.strip() for text in value.splitlines() if text.strip()), "")


def history_document(address: Address, values: Iterable[OldValue]) -> dict[str, Any]:
    """Everything, for programs."""
    return {
        "format_version": FORMAT_VERSION,
        "address": str(address),
        "history": [
            {
                "n": old.number,
                "replaced_at": old.replaced_at,
                "why": old.why,
                "path": old.path,
                "value": old.value,
            }
            for old in values
        ],
    }
