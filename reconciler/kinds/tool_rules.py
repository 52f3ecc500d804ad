"""Tool rules of an agent in one canonical form, for what is declared and for what the server shows.

In: rules as JSON. Out: the rules the server would keep, and apart from them the tools that ask before they
run. What letta 0.16.8 does to a list of rules (source, measured): nulls and the defaults of a type are filled
in, a rule that equals an earlier one is dropped, where prompts and prefilled arguments do not count.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

Rule = Mapping[str, Any]
APPROVAL = "requires_approval"
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {"conditional": {"require_output_mapping": False}}
_COUNTED: Mapping[str, tuple[str, ...]] = {
    "constrain_child_tools": ("children",),
    "parent_last_tool": ("children",),
    "conditional": ("default_child", "child_output_mapping", "require_output_mapping"),
    "max_count_per_step": ("max_count_limit",),
}
"""By type: what makes two rules of one tool different ones."""
_UNORDERED = frozenset({"children"})


def parted_rules(rules: Iterable[Any]) -> tuple[list[Any], list[str]]:
    """The rules without those that ask, and the tools that ask; what is no rule stays as it is."""
    kept: list[Any] = []
    asking: list[str] = []
    seen: set[str] = set()
    for given in rules:
        if not isinstance(given, Mapping):
            kept.append(given)
            continue
        rule = _canonical(given)
        if rule.get("type") == APPROVAL and isinstance(rule.get("tool_name"), str):
            asking.append(rule["tool_name"])
            continue
        identity = _identity(rule)
        if identity not in seen:
            seen.add(identity)
            kept.append(rule)
    return kept, asking


def approval_rules(tools: Collection[str]) -> list[dict[str, Any]]:
    """The rules that make these tools ask."""
    return [{"type": APPROVAL, "tool_name": tool} for tool in sorted(tools)]


def same_rules(left: Iterable[Any], right: Iterable[Any]) -> bool:
    """Whether the server takes two lists for one, arguments and prompts aside."""
    return [*map(_identity, map(_canonical, left))] == [*map(_identity, map(_canonical, right))]


def _canonical(rule: Rule) -> dict[str, Any]:
    defaults = _DEFAULTS.get(str(rule.get("type")), {})
    return {
        key: value
        for key, value in rule.items()
        if value is not None and not (key in defaults and value == defaults[key])
    }


def _identity(rule: Rule) -> str:
    fields = ("type", "tool_name", *_COUNTED.get(str(rule.get("type")), ()))
    counted = {
        key: _unordered(rule[key]) if key in _UNORDERED else rule[key] for key in fields if key in rule
    }
    return json.dumps(counted, sort_keys=True, default=str)


def _unordered(value: Any) -> Any:
    return sorted(map(str, value)) if isinstance(value, list) else value
