"""What a JSON schema takes, in so few words that two schemas can be compared: keys, types and choices.

In: a schema and its definitions. Out: nested dicts and texts. Descriptions, defaults and bounds are left out,
and so is the expression that any value of a manifest may be instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_EXPRESSION = r"\$\{\{"
Shape = dict[str, Any] | str


def shape(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Shape:
    """The shape of one value; alternatives are joined by ` | `."""
    if "$ref" in schema:
        return shape(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return _alternatives(
                [shape(each, definitions) for each in schema[key] if not _is_computed(each, definitions)]
            )
    if "const" in schema:
        return repr(schema["const"])
    if "enum" in schema:
        return " | ".join(sorted(map(repr, schema["enum"])))
    if "properties" in schema:
        return {key: shape(each, definitions) for key, each in schema["properties"].items()}
    if schema.get("type") == "array":
        items = shape(schema.get("items", {}), definitions)
        return {"[]": items}
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return {"{}": shape(schema["additionalProperties"], definitions)}
    return str(schema.get("type", "any"))


def by_choice(schema: Mapping[str, Any], definitions: Mapping[str, Any], key: str) -> dict[str, Shape]:
    """The shape of each alternative of a schema, by every value its key may have there."""
    found: dict[str, Shape] = {}
    for each in _branches(schema, definitions):
        said = each["properties"][key]
        for choice in [said["const"]] if "const" in said else said.get("enum", ()):
            whole = shape(each, definitions)
            assert isinstance(whole, dict)
            found[choice] = {name: inner for name, inner in whole.items() if name != key}
    return found


def needed(schema: Mapping[str, Any], definitions: Mapping[str, Any], key: str) -> dict[str, list[str]]:
    """The keys an alternative cannot do without, by the same values."""
    found = {}
    for each in _branches(schema, definitions):
        said = each["properties"][key]
        for choice in [said["const"]] if "const" in said else said.get("enum", ()):
            found[choice] = sorted(set(each.get("required", ())) - {key})
    return found


def _branches(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Mappings among the alternatives, however deep these are nested."""
    if "$ref" in schema:
        return _branches(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    alternatives = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if not alternatives:
        return [schema] if "properties" in schema else []
    return [branch for each in alternatives for branch in _branches(each, definitions)]


def _is_computed(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> bool:
    """An expression, or a mapping of which only an expression says which one it is."""
    whole = definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    inner = whole.get("properties", {}).values()
    return any(each.get("pattern") == _EXPRESSION for each in (whole, *inner))


def _alternatives(shapes: list[Shape]) -> Shape:
    """One shape of several; mappings stay apart by their keys."""
    if len(shapes) == 1:
        return shapes[0]
    mappings = [each for each in shapes if isinstance(each, dict)]
    rest = {part for each in shapes if isinstance(each, str) for part in each.split(" | ")}
    if not mappings:
        return " | ".join(sorted(rest))
    joined: dict[str, Any] = {"|".join(sorted(each)): each for each in mappings}
    return {**joined, **({"or": " | ".join(sorted(rest))} if rest else {})}
