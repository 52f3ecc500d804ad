"""The JSON schema of manifests as an editor uses it: what may be typed at a place, and nothing else.

In: the schema that documents are checked by. Out: one that takes no more, and offers more: names of fields
under `ownership`, set-like fields under `exact` and `additive`, built-in tools, and of a manager what its
type has. It does not offer null where that says the same as leaving the key out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.kinds import GROUP, KINDS, Kind, Shape
from reconciler.kinds.group import MANAGER_FIELDS
from reconciler.manifest.compile.builtin_tools import BUILTIN_TOOLS
from reconciler.manifest.language.json_schema import manifest_schema

_DEFINITIONS = {"Agent": "agent", "Block": "block", "Group": "group", "Source": "source", "Tool": "tool"}
_OURS = frozenset(
    [
        "Agent",
        "Block",
        "Constellation",
        "FileText",
        "Group",
        "GroupOverride",
        "Manager",
        "Moved",
        "Overrides",
        "Package",
        "Parameter",
        "Project",
        "RuleLevels",
        "SafetyLimits",
        "SecretEnv",
        "Server",
        "Shared",
        "Source",
        "Tool",
        "Upload",
        "User",
        "UserFile",
        "Users",
    ]
)
"""What the language itself defines. Settings that are handed to the server as they are stay: null may mean
something there."""
_NULL = {"type": "null"}
_KEYS = {field.name: field.name.removeprefix("manager_") for field in GROUP.fields}
"""Manager settings as a manifest names them."""


def editor_schema() -> dict[str, Any]:
    """Of one document of any kind."""
    schema = manifest_schema()
    definitions = schema["$defs"] = {
        name: _without_null(each) if name in _OURS else each for name, each in schema["$defs"].items()
    }
    for name, kind in _DEFINITIONS.items():
        _offer_fields(definitions[name]["properties"], KINDS[kind])
    _offer_tools(definitions["Agent"]["properties"])
    definitions["Manager"]["allOf"] = [*_manager_rules()]
    return schema


def _without_null(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_null(each) for each in schema if each != _NULL]
    if not isinstance(schema, dict):
        return schema
    made = {key: _without_null(each) for key, each in schema.items() if not _is_no_default(key, each)}
    if _NULL in schema.get("anyOf", ()) and len(made["anyOf"]) == 1:
        (only,) = made.pop("anyOf")
        made = {**only, **made}
    return made


def _is_no_default(key: str, value: Any) -> bool:
    return key == "default" and value is None


def _offer_fields(properties: dict[str, Any], kind: Kind) -> None:
    names = sorted(field.name for field in kind.fields)
    for each in properties["ownership"]["oneOf"]:
        if each.get("type") == "object":
            each["propertyNames"] = {"anyOf": [{"enum": names}, {"pattern": f"^({'|'.join(names)})[.[]"}]}
    sets = sorted(field.name for field in kind.fields if field.shape in (Shape.SET, Shape.EDGES))
    for key in ("exact", "additive"):
        if key in properties:
            properties[key]["items"] = {"enum": sets}


def _offer_tools(properties: dict[str, Any]) -> None:
    """A name of one's own is taken as well."""
    items = properties["tools"]["items"]
    properties["tools"]["items"] = {"anyOf": [{"enum": sorted(BUILTIN_TOOLS)}, items]}


def _manager_rules() -> Iterator[Mapping[str, Any]]:
    """By type, which settings there are: those of other types are not."""
    every = frozenset[str]().union(*MANAGER_FIELDS.values())
    for name, fields in MANAGER_FIELDS.items():
        others = {_KEYS[each]: False for each in sorted(every - fields)}
        is_it: dict[str, Any] = {"properties": {"type": {"const": name}}}
        if name != "round_robin":  # what a manager is that does not say
            is_it["required"] = ["type"]
        yield {"if": is_it, "then": {"properties": others}}
