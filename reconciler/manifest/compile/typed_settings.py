"""JSON fields of an agent against the types of the server, once their values are known.

In: the fields of an agent as they are written, and its leaves, of which some depend on the user. Out: what is
wrong, each with its place. Equal values are looked at once, however many users have them. The shape of a
document was checked before, with expressions in place of values and without the provider of the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.errors import Diagnostic
from reconciler.kinds.providers import provider_of
from reconciler.manifest.language.fast_check import Shapes
from reconciler.manifest.language.values import OPEN
from reconciler.manifest.yaml.findings import Findings, did_you_mean
from reconciler.manifest.yaml.node import Node
from reconciler.values import Leaf, Leaves, key_path

_TYPED = ("model_settings", "compaction_settings", "response_format", "tool_rules")
_MOST_REMEMBERED = 10_000
_AGENT = "Agent"


@dataclass(frozen=True, slots=True)
class TypedSettings:
    """The typed fields of one agent of a template."""

    written: Node
    varying: tuple[str, ...]
    """Paths of the leaves that are not the same for every user."""
    _seen: dict[str, tuple[Diagnostic, ...]] = field(default_factory=dict, compare=False, repr=False)

    def problems(self, leaves: Leaves) -> tuple[Diagnostic, ...]:
        """What is wrong when these are the leaves; those that are not known yet count as good."""
        key = repr([leaves.get(path, "") for path in self.varying])
        found = self._seen.get(key)
        if found is None:
            found = _problems(self.written, leaves)
            if len(self._seen) < _MOST_REMEMBERED:
                self._seen[key] = found
        return found


def settings_of(node: Node, computed: Iterable[tuple[str, str]]) -> TypedSettings | None:
    """The typed fields of an agent, of which these paths, of these fields, are computed; None without any."""
    items = {name: node.items[name] for name in _TYPED if name in node.items}
    varying = tuple(path for path, name in computed if name in (*_TYPED, "model"))
    return TypedSettings(Node(items, node.origin, node.keys), varying) if items else None


def _problems(written: Node, leaves: Leaves) -> tuple[Diagnostic, ...]:
    findings = Findings()
    fields = {name: _with_values(child, name, leaves) for name, child in written.items.items()}
    handle = leaves.get("model")
    if "model_settings" in fields:
        fields["model_settings"] = _of_provider(fields["model_settings"], handle)
    compaction = fields.get("compaction_settings")
    if compaction is not None and "model_settings" in compaction.items:
        inner = _of_provider(
            compaction.items["model_settings"], leaves.get("compaction_settings.model") or handle
        )
        fields["compaction_settings"] = compaction.overlaid(Node({"model_settings": inner}, inner.origin))
    Shapes().check(Node(fields, written.origin, written.keys), _AGENT, findings)
    _check_children(fields["tool_rules"].elements if "tool_rules" in fields else [], findings)
    return findings.diagnostics()


def _check_children(rules: list[Node], findings: Findings) -> None:
    """Arguments are filled in for tools that may come next, and for no others."""
    for rule in rules:
        children = [child.text for child in rule.list("children")]
        for each in rule.list("child_arg_nodes"):
            name = each.get("name")
            if name is not None and name.text not in children and rule.get("children") is not None:
                findings.error(
                    f"arguments are given for {name.text!r}, which is not among the children of the rule",
                    name.origin,
                    hint=did_you_mean(name.text, children),
                )


def _of_provider(settings: Node, handle: Leaf) -> Node:
    """The settings, with the provider whose they are."""
    if not isinstance(settings.value, dict) or settings.word("provider_type") or not isinstance(handle, str):
        return settings
    said = Node({"provider_type": Node(provider_of(handle), settings.origin)}, settings.origin)
    return said.overlaid(settings)


def _with_values(node: Node, path: str, leaves: Mapping[str, Leaf]) -> Node:
    """What is written, with values in place of expressions as far as they are known."""
    if path in leaves:
        return _valued(node, leaves[path])
    if not node.items:
        return node
    items = {key: _with_values(child, key_path(path, key), leaves) for key, child in node.items.items()}
    return Node(items, node.origin, node.keys)


def _valued(node: Node, value: Any) -> Node:
    """This value, each part of it at the place that gives it."""
    if isinstance(value, dict):
        below = {key: _valued(node.get(key) or node, each) for key, each in value.items()}
        return Node(below, node.origin, node.keys)
    if isinstance(value, list):
        return Node([_valued(_element(node, at), each) for at, each in enumerate(value)], node.origin)
    if isinstance(value, str) and OPEN in value:  # a value, whatever it looks like, is no expression
        value = value.replace(OPEN, "$ {{")
    return node if node.value == value else Node(value, node.origin, raw=str(value))


def _element(node: Node, at: int) -> Node:
    return node.elements[at] if at < len(node.elements) else node
