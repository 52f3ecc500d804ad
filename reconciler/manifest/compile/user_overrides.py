"""What differs for one user, laid over the template.

In: a constellation and the `overrides` of one user. Out: the constellation as that user has it. A named
field replaces the whole field; private blocks and the manager of a group are overlaid field by field.
"""

from __future__ import annotations

from reconciler.kinds import SECTIONS
from reconciler.manifest.compile.catalog import Section
from reconciler.manifest.yaml.findings import Findings, did_you_mean
from reconciler.manifest.yaml.node import Node

_BY_FIELD = frozenset(("memory_blocks", "manager"))


def check_overrides(overrides: Node, section: Section, findings: Findings) -> None:
    """Every override must name something the template has."""
    for key, entries in overrides.items.items():
        known = section.node.entries(key)
        for name in entries.items:
            if name not in known:
                findings.error(
                    f"{section.label} has no {SECTIONS[key]} {name!r} to override",
                    entries.place(name),
                    hint=did_you_mean(name, known),
                )


def overridden(section: Section, overrides: Node) -> tuple[Section, frozenset[tuple[str, str]]]:
    """The set with its overrides, and what has to be compiled again."""
    items = dict(section.node.items)
    changed: set[tuple[str, str]] = set()
    for key, entries in overrides.items.items():
        below = items.get(key)
        if below is None:
            continue
        known = {name: node for name, node in entries.items.items() if name in below.items}
        merged = {name: _laid(below.items[name], node) for name, node in known.items()}
        items[key] = Node({**below.items, **merged}, below.origin, below.keys)
        changed |= {(SECTIONS[key], name) for name in known}
    if any(kind == "group" for kind, _ in changed):
        changed |= {("agent", name) for name in section.names("agent")}
    return Section(Node(items, section.node.origin, section.node.keys), section.is_shared), frozenset(changed)


def joined(first: Node, second: Node) -> Node:
    """Two overrides of one user as one; where both name a field the second wins."""
    items = dict(first.items)
    for key, entries in second.items.items():
        below = items.get(key)
        if below is None:
            items[key] = entries
            continue
        both = {
            name: _laid(below.items[name], node)
            for name, node in entries.items.items()
            if name in below.items
        }
        items[key] = Node(
            {**below.items, **entries.items, **both}, below.origin, {**below.keys, **entries.keys}
        )
    return Node(items, first.origin, {**first.keys, **second.keys})


def _laid(below: Node, above: Node) -> Node:
    laid = below.overlaid(above)
    for key in _BY_FIELD & below.items.keys() & above.items.keys():
        lower, upper = below.items[key], above.items[key]
        inner = lower.overlaid(upper)
        if key == "memory_blocks":
            for label in lower.items.keys() & upper.items.keys():
                inner.items[label] = lower.items[label].overlaid(upper.items[label])
        laid.items[key] = inner
    return laid
