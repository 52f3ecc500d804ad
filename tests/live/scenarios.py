"""Random small worlds: manifests, edits by hand on the live server, and manifests again.

In: hypothesis. Out: plain data a failing example prints readably. Nothing here talks to a server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

MODEL, EMBEDDING = "openai-proxy/gpt-4o-mini", "openai/text-embedding-3-small"
TOOLS = ("memory_insert", "memory_replace", "conversation_search")
TAGS = ("red", "blue")
AGENTS = ("one", "two", "three")
SHARED = ("state", "plans")
TEXTS = ("calm", "busy and\ntwo lines", "ünï ☕")

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Edit:
    """Something a person or an agent does on the server: what, and to which agent or block."""

    what: str
    agent: str
    label: str = ""
    text: str = ""


@dataclass(frozen=True)
class Scenario:
    """Apply `first`, let `edits` happen, apply `second`."""

    first: Manifest
    edits: tuple[Edit, ...]
    second: Manifest


def _block() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"value": st.sampled_from(TEXTS), "ownership": st.sampled_from(["seeded", "enforced", "merged"])},
        optional={"limit": st.sampled_from([100, 500]), "description": st.sampled_from(TEXTS)},
    ).map(lambda block: {**block, "ownership": {"value": block["ownership"]}})


def _agent() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "system": st.sampled_from(TEXTS),
            "memory_blocks": st.fixed_dictionaries({"persona": _block()}),
            "shared_blocks": st.lists(st.sampled_from(SHARED), unique=True),
            "tools": st.lists(st.sampled_from(TOOLS), unique=True),
            "tags": st.lists(st.sampled_from(TAGS), unique=True),
        },
        optional={
            "description": st.sampled_from(TEXTS),
            "model_settings": st.fixed_dictionaries({"temperature": st.sampled_from([0.2, 0.9])}),
            "metadata": st.fixed_dictionaries({"team": st.sampled_from(TAGS)}),
            "timezone": st.sampled_from(["UTC", "Asia/Tokyo"]),
        },
    )


@st.composite
def manifests(draw: st.DrawFn) -> Manifest:
    """A constellation of one to three agents."""
    names = draw(st.lists(st.sampled_from(AGENTS), min_size=1, unique=True))
    agents = {name: draw(_agent()) for name in names}
    made: Manifest = {
        "kind": "Constellation",
        "name": "team",
        "defaults": {"model": MODEL, "embedding": EMBEDDING},
        "blocks": {name: draw(_block()) for name in SHARED},
        "agents": agents,
    }
    if draw(st.booleans()):
        manager = draw(st.sampled_from([{"type": "round_robin"}, {"type": "supervisor", "agent": names[0]}]))
        made["groups"] = {"main": {"manager": manager, "agents": draw(st.permutations(names))}}
    return made


def _edits(names: list[str]) -> st.SearchStrategy[Edit]:
    labels = st.sampled_from(["persona", *SHARED])
    whats = st.sampled_from(
        ["learn", "describe", "untool", "tool", "tag", "own block", "limit", "prompt", "delete group"]
    )
    return st.builds(
        Edit, whats, st.sampled_from(names), labels, st.sampled_from(["edited", "edited ünï\nlines"])
    )


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Two manifests and what happens in between."""
    first = draw(manifests())
    edits = draw(st.lists(_edits(list(first["agents"])), max_size=5))
    second = draw(st.one_of(st.just(first), manifests()))
    return Scenario(first, tuple(edits), second)
