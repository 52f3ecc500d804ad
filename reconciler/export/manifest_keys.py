"""The leaves of a live resource as the keys a manifest has for them.

In: leaves and the paths to take. Out: plain values, in the order of the kind's table. Pure. Edges are left
to whoever knows what the other end is called.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from reconciler.kinds import KINDS, Field, Shape
from reconciler.manifest.names import reserved
from reconciler.values import Leaf, Leaves, LiveResource, field_of, item_of

_EXPRESSION = "${{"
_ESCAPED = "${{ '$' }}{{"
_CRLF, _ESCAPED_CRLF = "\r\n", "${{ '\\r\\n' }}"
Skip = Callable[[str], bool]
"""Whether to leave out a path."""


def literal(value: Any) -> Any:
    """The value as a manifest has to write it so that nothing in it is taken for an expression.

    Manifests have LF line ends only, so another one has to be said by an expression.
    """
    if isinstance(value, str):
        escaped = value.replace(_EXPRESSION, _ESCAPED)
        return escaped.replace(_CRLF, _ESCAPED_CRLF)
    if isinstance(value, list):
        return [literal(each) for each in value]
    if isinstance(value, dict):
        return {key: literal(each) for key, each in value.items()}
    return value


def own_fields(live: LiveResource, paths: Collection[str]) -> dict[str, Any]:
    """Every field that is a value of its own; empty ones and the name are left out."""
    found: dict[str, Any] = {}
    by_field: dict[str, list[str]] = {}
    for path in sorted(paths):
        by_field.setdefault(field_of(path), []).append(path)
    for field in KINDS[live.kind].fields:
        mine = [path for path in by_field.get(field.name, ()) if path in live.leaves]
        if not mine or field.name in ("name", "label", "files") or field.shape is Shape.EDGES or field.secret:
            continue
        match field.shape:
            case Shape.MAPPING:
                found[field.name] = _mapping(field, mine, live.leaves)
            case Shape.SET:
                tags = [item_of(path) for path in mine]
                found[field.name] = [literal(tag) for tag in tags if not reserved(tag)]
            case _:
                found[field.name] = literal(live.leaves[field.name])
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}


def _mapping(field: Field, paths: list[str], leaves: Leaves) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in paths:
        key = path[len(field.name) + 1 :]
        if field.type.is_nested:
            _put(found, key.split("."), leaves[path])
        elif not reserved(key):
            found[key] = literal(leaves[path])
    return found


def _put(found: dict[str, Any], keys: list[str], leaf: Leaf) -> None:
    for key in keys[:-1]:
        found = found.setdefault(key, {})
    found[keys[-1]] = literal(leaf)
