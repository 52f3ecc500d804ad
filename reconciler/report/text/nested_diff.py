"""Two JSON documents by the places where they differ.

In: the old and the new object or list. Out: a line for each place, capped: its path, and the value that came,
went or changed. Values and paths are escaped. It must not know what the documents are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.report.text.lines import Line, Span, Tone, line
from reconciler.report.text.one_value import show
from reconciler.report.text.printable import safe, shorten
from reconciler.report.text.words import left_out
from reconciler.values import Leaf, Unset

_MOST = 20_000
"""Characters of JSON that are compared by place: a server may send any amount, and the work grows with it."""
_DEEPEST = 40
"""Levels that are compared by place."""
_SIGNS = {
    "dictionary_item_removed": "-",
    "iterable_item_removed": "-",
    "dictionary_item_added": "+",
    "iterable_item_added": "+",
    "iterable_item_moved": ">",
}
"""What deepdiff calls a difference; it calls a changed value or type by other names."""
_NAMES = ("type", "tool_name", "name", "id")
"""Keys that tell which item of a list an object is."""

Key = str | int


@dataclass(frozen=True, slots=True)
class Place:
    """Where two documents differ."""

    path: tuple[Key, ...]
    sign: str
    """`+` for what came, `-` for what went, `~` for what changed, `>` for a list in another order."""
    old: Any = None
    new: Any = None


def is_compared_by_place(old: Leaf | Unset, new: Leaf | Unset) -> bool:
    """Whether both are objects, or both lists, of bounded size and depth."""
    alike = any(isinstance(old, kind) and isinstance(new, kind) for kind in (dict, list))
    return alike and all(_depth(each) <= _DEEPEST and len(show(each)) <= _MOST for each in (old, new))


def places(old: Leaf | Unset, new: Leaf | Unset) -> list[Place]:
    """Where they differ, in the order of the paths. Items of a list that only make room are no place."""
    before, after = _plain(old), _plain(new)
    found = _differences(before, after, iterable_compare_func=_is_same_item)
    if not found:  # items that are there twice
        found = _differences(before, after)
    changed = {each.path[:-1] for each in found if each.sign in "+-"}
    found = [each for each in found if each.sign != ">" or each.path not in changed]
    return sorted(found, key=lambda each: ([_rank(key) for key in each.path], each.sign != "-"))


def _differences(before: Any, after: Any, **how: Any) -> list[Place]:
    from deepdiff import DeepDiff  # slow to import, and needed for few plans

    found: dict[tuple[str, tuple[Key, ...]], Place] = {}
    for kind, levels in DeepDiff(before, after, view="tree", verbose_level=2, **how).items():
        sign = _SIGNS.get(kind, "~")
        for each in levels:
            path = tuple(each.path(output_format="list"))
            path = path[:-1] if sign == ">" else path  # which item went where, it does not tell reliably
            found[sign, path] = Place(path, sign, each.t1, each.t2)
    return list(found.values())


def _is_same_item(old: Any, new: Any, level: object = None) -> bool:
    """Whether an item of a list is that item of the other: objects by what names them, all else by value."""
    del level
    if isinstance(old, dict) and isinstance(new, dict) and any(key in old for key in _NAMES):
        return all(old.get(key) == new.get(key) for key in _NAMES)
    return type(old) is type(new) and bool(old == new)


def nested_diff(found: Sequence[Place], cap: int, columns: int) -> list[Line]:
    """At most `cap` of them, a line each, and one that says how many more there are."""
    shown = [_line(each, columns) for each in found[:cap]]
    if len(found) > cap:
        shown.append(left_out(len(found) - cap, "place"))
    return shown


def _line(place: Place, columns: int) -> Line:
    name = _named(place.path)
    room = max(12, (columns - len(name) - 8) // (2 if place.sign == "~" else 1))
    if place.sign == "+":
        return line(Span(f"+ {name}: {shorten(show(place.new), room)}", Tone.ADD))
    if place.sign == "-":
        return line(Span(f"- {name}: {shorten(show(place.old), room)}", Tone.REMOVE))
    if place.sign == ">":
        return line(Span(f"~ {name}: in another order", Tone.CHANGE))
    old = Span(shorten(show(place.old), room), Tone.REMOVE)
    return line(Span(f"~ {name}: ", Tone.CHANGE), old, " -> ", Span(shorten(show(place.new), room), Tone.ADD))


def _named(path: tuple[Key, ...]) -> str:
    """`json_schema.required[1]`; a key that is no word in quotes."""
    return "".join(_steps(path)).removeprefix(".") or "(all)"


def _steps(path: tuple[Key, ...]) -> Iterator[str]:
    for key in path:
        if isinstance(key, int):
            yield f"[{key}]"
        elif key.isidentifier() and key.isascii():
            yield f".{key}"
        else:
            yield f"[{safe(json.dumps(key, ensure_ascii=False))}]"


def _rank(key: Key) -> tuple[int, str]:
    return (key, "") if isinstance(key, int) else (0, key)


def _plain(leaf: Leaf | Unset) -> Any:
    """The same document, of nothing but the types of JSON."""
    return json.loads(json.dumps(leaf))


def _depth(leaf: Any) -> int:
    """Levels of objects and lists, counted without recursion up to one more than are compared."""
    level, depth = [leaf], 0
    while level and depth <= _DEEPEST:
        objects = [child for each in level if isinstance(each, dict) for child in each.values()]
        level = objects + [child for each in level if isinstance(each, list) for child in each]
        depth += 1
    return depth
