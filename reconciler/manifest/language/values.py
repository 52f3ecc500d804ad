"""Values that may hold expressions: compiled once, rendered for each user.

In: nodes and texts of manifests. Out: Fixed values, or Computed ones with what they read. A text without
`${{` never meets Jinja. It must not know fields or kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.errors import Origin
from reconciler.manifest.yaml.file_limits import MAX_COMPUTED
from reconciler.manifest.yaml.node import Node
from reconciler.values import UNSET

OPEN, CLOSE = "${{", "}}"
Values = Mapping[str, Any]


class Problem(Exception):
    """A value that cannot be had, with its place."""

    def __init__(self, summary: str, where: Origin, hint: str = "", why: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.where = where
        self.hint = hint
        self.why = why


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same for every user; UNSET when it could not be had, which was said already."""

    value: Any
    origin: Origin


@dataclass(frozen=True, slots=True)
class Computed:
    """Depends on the values named in `reads`."""

    render: Callable[[Values], Any]
    reads: frozenset[str]
    origin: Origin


Value = Fixed | Computed

ALLOTMENT = "(characters left)"
"""A name in the values that no expression can say: the Allotment of whoever is computed."""


@dataclass(slots=True)
class Allotment:
    """How many characters the expressions of one set may still give: few lines can ask for gigabytes."""

    left: int = MAX_COMPUTED

    def spend(self, value: Any, where: Origin) -> None:
        """Count a computed text; Problem when nothing is left."""
        self.left -= len(value) if isinstance(value, str) else 0
        if self.left < 0:
            raise Problem(f"expressions give more than {MAX_COMPUTED:,} characters in one set", where)


def pieces(text: str) -> list[tuple[str, int, bool]]:
    """A text cut into (piece, offset, is expression); ValueError(offset) when one is never closed."""
    found: list[tuple[str, int, bool]] = []
    position = 0
    while True:
        start = text.find(OPEN, position)
        if start < 0:
            break
        end = _end(text, start + len(OPEN))
        if start > position:
            found.append((text[position:start], position, False))
        found.append((text[start + len(OPEN) : end], start, True))
        position = end + len(CLOSE)
    if position < len(text):
        found.append((text[position:], position, False))
    return found


def _end(text: str, position: int) -> int:
    """Where the expression closes; braces inside quotes do not count."""
    quote, start = "", position
    while position < len(text):
        character = text[position]
        if quote:
            if character == "\\":
                position += 1
            elif character == quote:
                quote = ""
        elif character in "'\"":
            quote = character
        elif text.startswith(CLOSE, position):
            return position
        position += 1
    raise ValueError(start - len(OPEN))


def sequence(parts: list[Value], origin: Origin, combine: Callable[[list[Any]], Any]) -> Value:
    """Several values as one: fixed when all of them are."""
    if any(isinstance(part, Fixed) and part.value is UNSET for part in parts):
        return Fixed(UNSET, origin)
    if all(isinstance(part, Fixed) for part in parts):
        return Fixed(combine([part.value for part in parts if isinstance(part, Fixed)]), origin)
    reads = frozenset[str]().union(*(part.reads for part in parts if isinstance(part, Computed)))
    getters = [_getter(part) for part in parts]
    return Computed(lambda values: combine([get(values) for get in getters]), reads, origin)


def _getter(part: Value) -> Callable[[Values], Any]:
    if isinstance(part, Computed):
        return part.render
    constant = part.value
    return lambda _values: constant


def deep(node: Node, compile_text: Callable[[Node], Value]) -> Value:
    """A JSON value whose texts may hold expressions."""
    if isinstance(node.value, dict):
        keys = list(node.items)
        parts = [deep(child, compile_text) for child in node.items.values()]
        return sequence(parts, node.origin, lambda values: dict(zip(keys, values, strict=True)))
    if isinstance(node.value, list):
        return sequence([deep(child, compile_text) for child in node.elements], node.origin, list)
    if isinstance(node.value, str) and OPEN in node.value:
        return compile_text(node)
    return Fixed(node.value, node.origin)
