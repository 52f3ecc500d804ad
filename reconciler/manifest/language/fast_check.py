"""Whether a document has the shape of the language, decided fast.

In: a plain document and its kind. Out: yes, or no with findings. The models are the language; making them
takes longer than everything else together, so a document is first held against the JSON schema made from
them, and only one that does not fit is explained by them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from reconciler.manifest.yaml.findings import Findings
from reconciler.manifest.yaml.node import Node

SCHEMA_FILE = "manifest.schema.json"
DOCUMENT_KINDS = ("Project", "Constellation", "Users", "Shared")

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
_SAYS_NOTHING = frozenset(("title", "description", "default", "examples", "$schema", "$defs"))


@cache
def _read_definitions() -> Mapping[str, Any]:
    text = Path(__file__).with_name(SCHEMA_FILE).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)["$defs"]
    return MappingProxyType(found)


class Shapes:
    """The part of JSON schema that the models come out as."""

    @cached_property
    def _definitions(self) -> Mapping[str, Any]:
        return _read_definitions()

    def check(self, node: Node, kind: str, findings: Findings) -> bool:
        """True when a document, or an agent, fits; otherwise every deviation is a finding."""
        if self.fits(node.plain(), kind):
            return True
        from reconciler.manifest.language.explain_shape import explain

        return explain(node, kind, findings)

    def fits(self, document: Any, kind: str) -> bool:
        """Whether a plain document has the shape of its kind."""
        return self._fits(document, self._definitions[kind])

    def _fits(self, value: Any, schema: dict[str, Any]) -> bool:
        return all(self._keeps(value, rule, said, schema) for rule, said in schema.items())

    def _keeps(self, value: Any, rule: str, said: Any, schema: dict[str, Any]) -> bool:
        """Whether a value keeps one rule; a rule nobody taught us is never kept."""
        match rule:
            case "$ref":
                return self._fits(value, self._definitions[said.rpartition("/")[2]])
            case "type":
                is_truth = isinstance(value, bool) and said != "boolean"
                return isinstance(value, _TYPES[said]) and not is_truth
            case "properties" | "additionalProperties" | "patternProperties":
                return not isinstance(value, dict) or self._keeps_entries(value, schema, rule)
            case "propertyNames":
                return not isinstance(value, dict) or all(self._fits(key, said) for key in value)
            case "required":
                return not isinstance(value, dict) or all(key in value for key in said)
            case "items":
                return not isinstance(value, list) or all(self._fits(each, said) for each in value)
            case "anyOf":
                return any(self._fits(value, each) for each in said)
            case "oneOf":
                return sum(self._fits(value, each) for each in said) == 1
            case _:
                return rule in _SAYS_NOTHING or _keeps_plain(value, rule, said)

    def _keeps_entries(self, value: dict[str, Any], schema: dict[str, Any], rule: str) -> bool:
        named = schema.get("properties", {})
        patterns = schema.get("patternProperties", {})
        if rule == "properties":
            return all(self._fits(value[key], named[key]) for key in value.keys() & named.keys())
        matching = [(key, each) for key in value for each in patterns if _matches(each, key)]
        if rule == "patternProperties":
            return all(self._fits(value[key], patterns[each]) for key, each in matching)
        others = value.keys() - named.keys() - {key for key, _ in matching}
        allowed = schema["additionalProperties"]
        if isinstance(allowed, bool):
            return allowed or not others
        return all(self._fits(value[key], allowed) for key in others)


def _matches(pattern: str, text: str) -> bool:
    """A JSON schema pattern; its $ is the very end, also before a newline."""
    if pattern.endswith("$"):
        pattern = pattern[:-1] + r"\Z"
    return re.search(pattern, text) is not None


def _keeps_plain(value: Any, rule: str, said: Any) -> bool:
    """Rules about a value without parts; each speaks of one type only."""
    match rule:
        case "const":
            return bool(value == said)
        case "enum":
            return value in said
        case "pattern":
            return not isinstance(value, str) or _matches(said, value)
        case "minLength":
            return not isinstance(value, str) or len(value) >= said
        case "minItems":
            return not isinstance(value, list) or len(value) >= said
        case "minProperties":
            return not isinstance(value, dict) or len(value) >= said
        case "minimum":
            return not isinstance(value, int | float) or value >= said
        case "maximum":
            return not isinstance(value, int | float) or value <= said
    return False
