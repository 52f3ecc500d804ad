"""A YAML value that knows where it was written.

In: what the reader found. Out: nodes that checks and expansion walk, and plain values for pydantic.
It must not know what a manifest is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.errors import Origin


@dataclass(frozen=True, slots=True)
class Node:
    """One value: a scalar, a list of nodes, or a mapping of text to nodes."""

    value: Any
    origin: Origin
    keys: Mapping[str, Origin] = field(default_factory=dict)
    """Where each key of a mapping stands."""
    raw: str = ""
    """A scalar as it was written."""
    size: int = 1
    """What walking this tree costs: its nodes, aliases counted as often as they are used, and long texts."""
    is_literal: bool = False
    """A text whose lines stand as they are below its place."""
    depth: int = 0
    """Levels below this node."""

    @property
    def items(self) -> dict[str, Node]:
        """Entries of a mapping; nothing for any other value."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def elements(self) -> list[Node]:
        """Elements of a list; nothing for any other value."""
        return self.value if isinstance(self.value, list) else []

    @property
    def text(self) -> str:
        """The text of a scalar; empty for any other value."""
        return self.value if isinstance(self.value, str) else ""

    def get(self, key: str) -> Node | None:
        """The entry of a mapping."""
        return self.items.get(key)

    def entries(self, key: str) -> dict[str, Node]:
        """The mapping under a key; empty when there is none."""
        child = self.items.get(key)
        return child.items if child else {}

    def list(self, key: str) -> list[Node]:
        """The list under a key; empty when there is none."""
        child = self.items.get(key)
        return child.elements if child else []

    def word(self, key: str) -> str:
        """The text under a key; empty when there is none."""
        child = self.items.get(key)
        return child.text if child else ""

    def place(self, key: str) -> Origin:
        """Where a key stands; the mapping itself when it has no such key."""
        return self.keys.get(key, self.origin)

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def at(self, path: tuple[str | int, ...]) -> Node:
        """The node at a path, or the nearest one above it."""
        here = self
        for step in path:
            below = _child(here, step)
            if below is None:
                return here
            here = below
        return here

    def scalars(self) -> Iterator[Node]:
        """Every scalar in this tree."""
        if isinstance(self.value, dict):
            for child in self.value.values():
                yield from child.scalars()
        elif isinstance(self.value, list):
            for child in self.value:
                yield from child.scalars()
        else:
            yield self

    def places(self) -> Iterator[Origin]:
        """Where everything in this tree stands, keys included."""
        yield self.origin
        yield from self.keys.values()
        for child in (*self.items.values(), *self.elements):
            yield from child.places()

    def overlaid(self, other: Node) -> Node:
        """This mapping with the entries of another in place of its own."""
        return Node({**self.items, **other.items}, self.origin, {**self.keys, **other.keys})


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(step, int):
        return node.elements[step] if step < len(node.elements) else None
    return node.items.get(step)


def mapping(items: dict[str, Node], origin: Origin) -> Node:
    """A mapping made of existing nodes."""
    return Node(items, origin, {key: child.origin for key, child in items.items()})
