"""Many users' sets as one template and what differs.

In: parts by user. Out: the template, and overrides by user. A field stands in the template when all who have
the resource have it and most have one value; what one user learned never becomes another user's seed. Pure.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.export.documents import KEYS, Part

_BY_LABEL = "memory_blocks"
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "agent": ("model",),
    "source": ("embedding",),
    "group": ("agents", "manager"),
}
"""Without these a template is refused, whatever its users say."""
_Bodies = Mapping[str, Mapping[str, Any]]
"""User to body."""


@dataclass(slots=True)
class Template:
    """One set for all, and where users differ from it."""

    part: Part
    overrides: dict[str, dict[str, Any]]
    lacking: list[tuple[str, str, str]] = field(default_factory=list)
    """User, kind and name of what others have."""


def template_of(parts: Mapping[str, Part]) -> Template:
    """The template of these users."""
    made = Template(Part(), {user: {} for user in parts})
    for kind, key in KEYS.items():
        names = sorted({name for part in parts.values() for name in part.bodies.get(kind, {})})
        for name in names:
            bodies = {user: part.bodies[kind][name] for user, part in parts.items() if part.has(kind, name)}
            made.lacking += [(user, kind, name) for user in parts if user not in bodies]
            common = _common(bodies, _REQUIRED.get(kind, ()))
            made.part.put(kind, name, common)
            for user, body in bodies.items():
                differing = _differing(body, common)
                if differing:
                    made.overrides[user].setdefault(key, {})[name] = differing
    return made


def _common(bodies: _Bodies, required: Iterable[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in dict.fromkeys(key for body in bodies.values() for key in body):
        having = {user: body[key] for user, body in bodies.items() if key in body}
        if key == _BY_LABEL:
            found[key] = _common_blocks(having)
        elif key == "name" and len(bodies) > 1:
            continue
        elif key in required or len(having) == len(bodies):
            value, votes = _most_common(having.values())
            if key in required or 2 * votes > len(bodies):
                found[key] = value
    return found


def _common_blocks(having: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[str, Any]:
    labels = sorted({label for blocks in having.values() for label in blocks})
    return {
        label: _common({user: blocks[label] for user, blocks in having.items() if label in blocks}, ())
        for label in labels
    }


def _differing(body: Mapping[str, Any], common: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in body.items():
        if key == _BY_LABEL:
            blocks = {
                label: differing
                for label, block in value.items()
                if (differing := _differing(block, common.get(key, {}).get(label, {})))
            }
            found |= {key: blocks} if blocks else {}
        elif key not in common or common[key] != value:
            found[key] = value
    return found


def _most_common(values: Iterable[Any]) -> tuple[Any, int]:
    """The value most have; of several the first."""
    listed = list(values)
    counts = Counter(json.dumps(value, sort_keys=True) for value in listed)
    text, votes = counts.most_common(1)[0]
    return next(value for value in listed if json.dumps(value, sort_keys=True) == text), votes
