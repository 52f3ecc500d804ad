"""The plain fields of a row: those that are one leaf each and shown as they are.

In: one JSON object and the table of its kind. Out: leaves. It must not know any field by name.
"""

from __future__ import annotations

from functools import cache

from reconciler.kinds import KINDS, Field, Kind, Type
from reconciler.remote.http.rows import MutableLeaves, Row, mapping, optional, rows, without_nulls
from reconciler.values import Leaf

_JSON_TYPES: dict[Type, type] = {Type.WHOLE: int, Type.TRUTH: bool, Type.FORMAT: dict, Type.PACKAGES: list}
"""What answers hold; all others are texts."""


def plain_leaves(row: Row, kind: Kind) -> MutableLeaves:
    """Every plain field the row has; MalformedAnswer for one of another type than promised."""
    leaves: MutableLeaves = {}
    for name, outer, key, json_type in _places(kind.name):
        inner = mapping(row, outer, kind.name) if outer else row
        if inner.get(key) is None:
            continue
        leaf = _leaf(inner, key, json_type, f"{kind.name} {outer}" if outer else kind.name)
        if leaf is not None:
            leaves[name] = leaf
    return leaves


@cache
def _places(kind: str) -> tuple[tuple[str, str, str, type], ...]:
    """Name, the object that holds it, key and type of each field: they are looked at for every row."""
    return tuple(map(_place, KINDS[kind].plain))


def _place(field: Field) -> tuple[str, str, str, type]:
    outer, _, key = field.shown_at.rpartition(".")
    return field.name, outer, key, _JSON_TYPES.get(field.type, str)


def _leaf(row: Row, key: str, json_type: type, kind: str) -> Leaf:
    if json_type is dict:
        return without_nulls(mapping(row, key, kind)) or None
    if json_type is list:
        return [without_nulls(each) for each in rows(row, key, kind)] or None
    leaf: Leaf = optional(row, key, json_type, kind)
    return leaf
