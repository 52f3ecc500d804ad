"""What letta types inside the fields of agents and groups: of the server, and of our manifests.

In: the schemas of either. Out: one JSON object each, in the same words. That of letta 0.16.8 is committed
(tests/cases/letta_types.json); a test on the real server holds it against what the server says of itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.kinds import MANAGER_FIELDS
from reconciler.manifest.language.json_schema import manifest_schema
from tests.manifest.shapes_of_json import Shape, by_choice, needed, shape

SNAPSHOT = Path(__file__).parents[1] / "cases" / "letta_types.json"
_SETTING = {"manager_agent_id": "agent", "sleeptime_agent_frequency": "frequency"}
"""Names of the server that manifests call by another one."""


def of_server(definitions: Mapping[str, Any], agent: str, group: str) -> dict[str, Any]:
    """In the words of the server's schemas of an agent and a group to make, which are called so."""
    fields = definitions[agent]["properties"]
    managers = by_choice(definitions[group]["properties"]["manager_config"], definitions, "manager_type")
    settings = {
        kind: {_SETTING.get(key, key): _given(each) for key, each in keys.items()}
        for kind, keys in managers.items()
        if isinstance(keys, dict)
    }
    tool = definitions["ToolCreate"]["properties"]
    return {**_of_agent(fields, definitions), "managers": settings, "packages": _packages(tool, definitions)}


def of_manifests() -> dict[str, Any]:
    """In ours."""
    definitions = manifest_schema()["$defs"]
    manager = shape(definitions["Manager"], definitions)
    assert isinstance(manager, dict)
    settings = {
        kind: {key: _given(manager[key]) for key in ("agent" if f == "manager_agent" else f for f in fields)}
        for kind, fields in MANAGER_FIELDS.items()
    }
    agent, tool = definitions["Agent"]["properties"], definitions["Tool"]["properties"]
    return {**_of_agent(agent, definitions), "managers": settings, "packages": _packages(tool, definitions)}


def _of_agent(fields: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    rules = _items(fields["tool_rules"])
    compaction = shape(fields["compaction_settings"], definitions)
    assert isinstance(compaction, dict)
    (whole,) = (each for each in compaction.values() if isinstance(each, dict))
    return {
        "model_settings": by_choice(fields["model_settings"], definitions, "provider_type"),
        "compaction_settings": {key: each for key, each in whole.items() if key != "model_settings"},
        "response_format": by_choice(fields["response_format"], definitions, "type"),
        "tool_rules": by_choice(rules, definitions, "type"),
        "tool_rules need": needed(rules, definitions, "type"),
    }


def _packages(tool: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Shape]:
    names = ("pip_requirements", "npm_requirements")
    return {name: shape(_items(tool[name]), definitions) for name in names}


def _given(found: Shape) -> Shape:
    """The type of a value that may also be left out."""
    return (
        " | ".join(part for part in found.split(" | ") if part != "null") if isinstance(found, str) else found
    )


def _items(field: Mapping[str, Any]) -> Mapping[str, Any]:
    """The elements of a list that may be left out."""
    (found,) = (each["items"] for each in field["anyOf"] if each.get("type") == "array")
    assert isinstance(found, dict)
    return found


__all__ = ["SNAPSHOT", "Shape", "of_manifests", "of_server"]
