"""Reads fields out of server JSON; anything of another type than promised is a MalformedAnswer.

In: one JSON object. Out: leaves. Null means absent. It must not know any kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from reconciler.errors import MalformedAnswer
from reconciler.values import Address, Leaf, Owner, item_path, key_path

Row: TypeAlias = Mapping[str, Any]
MutableLeaves: TypeAlias = dict[str, Leaf]


def required(row: Row, key: str, kind: str) -> str:
    """A text that is always there."""
    value = row.get(key)
    if not isinstance(value, str):
        raise wrong(row, key, kind)
    return value


def optional(row: Row, key: str, types: type | tuple[type, ...], kind: str) -> Any:
    """A value of one of these types, or None."""
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, types) or (isinstance(value, bool) and types is int):
        raise wrong(row, key, kind)
    return value


def rows(row: Row, key: str, kind: str) -> list[Row]:
    """A list of objects; empty when there is none."""
    found = optional(row, key, list, kind) or []
    if not all(isinstance(item, dict) for item in found):
        raise wrong(row, key, kind)
    return list(found)


def texts(row: Row, key: str, kind: str) -> list[str]:
    """A list of texts; empty when there is none."""
    found = optional(row, key, list, kind) or []
    if not all(isinstance(item, str) for item in found):
        raise wrong(row, key, kind)
    return list(found)


def mapping(row: Row, key: str, kind: str) -> Row:
    """An object; empty when there is none."""
    found: Row = optional(row, key, dict, kind) or {}
    return found


def wrong(row: Row, key: str, kind: str) -> MalformedAnswer:
    """What to raise about one field of one object."""
    return MalformedAnswer(
        f"{kind} {row.get('id') or 'without id'}: {key} is missing or of an unexpected type",
        why=f"the server sent {type(row.get(key)).__name__}",
        hint="this server may be of another version; letta 0.16.8 is tested",
    )


def members(field: str, items: Iterable[str]) -> MutableLeaves:
    """One leaf for each member of a set."""
    return {item_path(field, item): True for item in items}


def entries(field: str, values: Row) -> MutableLeaves:
    """One leaf for each top-level key, of what the server keeps to the letter: nulls as well."""
    return {key_path(field, key): value for key, value in values.items()}


def flattened(path: str, value: Row) -> MutableLeaves:
    """One leaf for each value however deep; lists stay whole."""
    leaves: MutableLeaves = {}
    for key, inner in value.items():
        if isinstance(inner, dict):
            leaves |= flattened(key_path(path, key), inner)
        elif inner is not None:
            leaves[key_path(path, key)] = inner
    return leaves


def without_nulls(value: Row) -> dict[str, Any]:
    """The object without its null keys."""
    return {key: inner for key, inner in value.items() if inner is not None}


def item_for(address: Address, owner: Owner) -> str:
    """What a manifest of this owner calls that resource."""
    if address.owner == owner:
        return address.name
    return f"shared/{address.name}" if address.owner.is_shared else str(address)
