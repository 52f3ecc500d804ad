"""Puts another text into a manifest and leaves every other character where it was.

In: the text of a YAML file, the place of a key, and a new value. Out: the new text of the file. What was
written is read back: a rewrite that changes anything else is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from reconciler.export.yaml_text import block_scalar


class NotRewritten(ValueError):
    """The place is not what it was expected to be; the message says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """One `key: value` in a file."""

    key: yaml.ScalarNode
    value: yaml.Node
    in_flow: bool


def place_at(text: str, line: int, column: int) -> Place:
    """The entry whose key stands at a line and column, counted from 1."""
    for key, value, in_flow in _entries(text):
        if (key.start_mark.line + 1, key.start_mark.column + 1) == (line, column):
            return Place(key, value, in_flow)
    raise NotRewritten(f"there is no key at {line}:{column}")


def file_named(place: Place) -> str:
    """The file a `{file: path}` names; empty when the value is a text."""
    if isinstance(place.value, yaml.MappingNode):
        for key, value in place.value.value:
            if key.value == "file" and isinstance(value, yaml.ScalarNode):
                return str(value.value)
    return ""


def rewritten(text: str, place: Place, new: str) -> str:
    """The file with another text at the place."""
    if not isinstance(place.value, yaml.ScalarNode):
        raise NotRewritten("the value is not a text")
    start, end = place.value.start_mark.index, place.value.end_mark.index
    ending = "\n" if text[start:end].endswith("\n") else ""
    for candidate in _written(new, place):
        made = text[:start] + candidate.rstrip("\n") + (ending or "") + text[end:]
        if _is_only_change(text, made, place, new):
            return made
    raise NotRewritten("the text cannot be written there without changing something else")


def _written(new: str, place: Place) -> Iterator[str]:
    if "\n" in new and not place.in_flow:
        yield block_scalar(new, place.key.start_mark.column + 2)
    yield json.dumps(new, ensure_ascii=False)
    yield json.dumps(new)


def _is_only_change(old: str, made: str, place: Place, new: str) -> bool:
    try:
        before = [(key.value, _plain(value)) for key, value, _ in _entries(old)]
        after = [(key.value, _plain(value)) for key, value, _ in _entries(made)]
    except yaml.YAMLError:
        return False
    keys = [key.start_mark.index for key, _, _ in _entries(old)]
    at = keys.index(place.key.start_mark.index)
    before[at] = (before[at][0], new)
    return before == after


def _entries(text: str) -> Iterator[tuple[yaml.ScalarNode, yaml.Node, bool]]:
    """Every entry of every mapping in every document."""
    pending = [(node, False) for node in yaml.compose_all(text, Loader=yaml.SafeLoader) if node is not None]
    while pending:
        node, in_flow = pending.pop(0)
        in_flow = in_flow or bool(getattr(node, "flow_style", False))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                yield key, value, in_flow
                pending.append((value, in_flow))
        elif isinstance(node, yaml.SequenceNode):
            pending += [(each, in_flow) for each in node.value]


def _plain(node: yaml.Node) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else type(node).__name__
