"""Events of the YAML parser to nodes.

In: events, one at a time. Out: the documents they make; what cannot be is a finding. It must not know the
parser, and works without recursion, so that depth is our limit and not Python's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from reconciler.errors import Origin
from reconciler.manifest.yaml.file_limits import (
    CHARACTERS_PER_COST,
    MAX_ALIASED,
    MAX_DEPTH,
    MAX_VALUES,
    TOO_DEEP,
)
from reconciler.manifest.yaml.findings import Findings
from reconciler.manifest.yaml.node import Node
from reconciler.manifest.yaml.scalars import Unclear, resolve

_TEXT_TAGS = frozenset((None, "!", "tag:yaml.org,2002:str"))
_MERGE = "<<"


class Stop(Exception):
    """The rest of the file makes no sense."""


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end was not read yet."""

    origin: Origin
    anchor: str | None
    is_map: bool
    items: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Origin] = field(default_factory=dict)
    elements: list[Node] = field(default_factory=list)
    merged: list[Node] = field(default_factory=list)
    key: tuple[str, Origin, bool] | None = None
    size: int = 1
    depth: int = 0


class Composer:
    """Turns events into nodes without recursion, so that depth is our limit and not Python's."""

    def __init__(self, file: str, findings: Findings) -> None:
        self.documents: list[Node] = []
        self._file = file
        self._findings = findings
        self._stack: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._pending: set[str] = set()
        self._values = 0
        self._aliased = 0

    def take(self, event: Any) -> None:
        """One event of the parser; Stop when the rest of the file is not worth reading."""
        match event:
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._open(event)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._close()
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.DocumentStartEvent():
                self._anchors, self._pending = {}, set()

    def _counted(self, event: Any) -> Origin:
        """Where a value stands, unless the file has too many of them."""
        origin = Origin(self._file, event.start_mark.line + 1, event.start_mark.column + 1)
        self._values += 1
        if self._values > MAX_VALUES:
            hint = "divide the file; put users into a .csv or .jsonl file"
            self._stop(f"the file has more than {MAX_VALUES:,} keys and values", origin, hint)
        return origin

    def _scalar(self, event: Any) -> None:
        origin = self._counted(event)
        value: Any = event.value
        if event.tag not in _TEXT_TAGS:
            self._refuse_tag(event.tag, origin)
        if not event.style and event.tag is None and not self._expects_key():
            try:
                value = resolve(event.value)
            except Unclear as unclear:
                self._findings.error(
                    f"{event.value!r} is ambiguous",
                    origin,
                    why=str(unclear),
                    hint=f'quote it: "{event.value}"',
                )
        if isinstance(value, str):
            value = self._clean(value, origin)
        is_plain = not event.style
        node = Node(
            value,
            origin,
            raw=event.value,
            size=1 + len(event.value) // CHARACTERS_PER_COST,
            is_literal=event.style == "|",
        )
        self._remember(event.anchor, node)
        self._add(node, is_merge=is_plain and event.value == _MERGE)

    def _clean(self, text: str, origin: Origin) -> str:
        if "\x00" in text or not _encodes(text):
            self._findings.error(
                "the text contains a NUL character or half a surrogate pair",
                origin,
                why="the server drops or refuses such characters",
            )
            return ""
        return text.replace("\r\n", "\n") if "\r" in text else text

    def _refuse_tag(self, tag: str, origin: Origin) -> None:
        name = tag.replace("tag:yaml.org,2002:", "!!")
        self._findings.error(
            f"the tag {name} is not supported", origin, hint="manifests hold plain data only"
        )

    def _open(self, event: Any) -> None:
        origin = self._counted(event)
        if event.tag not in (None, "!"):
            self._refuse_tag(event.tag, origin)
        if len(self._stack) >= MAX_DEPTH:
            self._stop(TOO_DEEP, origin)
        if self._expects_key():
            self._stop("a key must be text", origin, "quote a text that begins with { or [")
        if event.anchor:
            self._pending.add(event.anchor)
        self._stack.append(_Open(origin, event.anchor, isinstance(event, yaml.MappingStartEvent)))

    def _close(self) -> None:
        done = self._stack.pop()
        value: Any = done.elements
        if done.is_map:
            value = _with_merged(done)
        node = Node(value, done.origin, done.keys, size=done.size, depth=done.depth)
        self._pending.discard(done.anchor or "")
        self._remember(done.anchor, node)
        self._add(node)

    def _alias(self, event: Any) -> None:
        origin = self._counted(event)
        node = self._anchors.get(event.anchor)
        if event.anchor in self._pending:
            self._stop(f"the alias *{event.anchor} contains itself", origin)
        if node is None:
            self._stop(f"no anchor &{event.anchor} stands before this alias", origin)
        self._aliased += node.size
        if self._aliased > MAX_ALIASED:
            self._stop(f"aliases expand to more than {MAX_ALIASED:,} values", origin)
        if len(self._stack) + node.depth > MAX_DEPTH:
            self._stop(TOO_DEEP, origin)
        if self._expects_key() and not isinstance(node.value, str):
            self._stop("a key must be text", origin)
        self._add(node)

    def _expects_key(self) -> bool:
        return bool(self._stack) and self._stack[-1].is_map and self._stack[-1].key is None

    def _remember(self, anchor: str | None, node: Node) -> None:
        if anchor:
            self._anchors[anchor] = node

    def _add(self, node: Node, is_merge: bool = False) -> None:
        if not self._stack:
            if node.value is not None:
                self.documents.append(node)
            return
        top = self._stack[-1]
        if not top.is_map:
            top.elements.append(node)
        elif top.key is None:
            top.key = (str(node.value), node.origin, is_merge)
            return
        else:
            (key, place, merge), top.key = top.key, None
            top.size += len(key) // CHARACTERS_PER_COST
            self._merge(top, node) if merge else self._put(top, key, place, node)
        top.size += node.size
        top.depth = max(top.depth, node.depth + 1)

    def _put(self, top: _Open, key: str, place: Origin, node: Node) -> None:
        if key in top.items:
            self._findings.error(
                f"the key {key!r} stands twice in this mapping", place, why=f"first at {top.keys[key]}"
            )
            return
        top.items[key] = node
        top.keys[key] = place

    def _merge(self, top: _Open, node: Node) -> None:
        sources = node.elements or [node]
        if not all(isinstance(source.value, dict) for source in sources):
            self._stop("<< takes a mapping or a list of mappings", node.origin)
        top.merged += sources

    def _stop(self, summary: str, origin: Origin, hint: str = "") -> NoReturn:
        self._findings.error(summary, origin, hint=hint)
        raise Stop


def _with_merged(done: _Open) -> dict[str, Node]:
    """The entries of a mapping and of its `<<`: its own win, then those of an earlier source."""
    if not done.merged:
        return done.items
    items: dict[str, Node] = {}
    keys: dict[str, Origin] = {}
    for source in done.merged:
        for key, node in source.items.items():
            if key not in items:
                items[key], keys[key] = node, source.place(key)
    done.keys = {**keys, **done.keys}
    return {**items, **done.items}


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
