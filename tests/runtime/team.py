"""A small constellation with everything a program can use, as manifests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

MODEL = "openai-proxy/gpt-4o-mini"
EMBEDDING = "openai/text-embedding-3-small"
TOOLS = ["memory_insert", "conversation_search"]
SHARED: dict[str, Any] = {
    "kind": "Shared",
    "blocks": {"house": {"value": "quiet at night"}, "state": {"value": "of all"}},
    "sources": {"manual": {"embedding": EMBEDDING}},
}


def agent(description: str, **more: Any) -> dict[str, Any]:
    """One agent with a persona of its own."""
    return {
        "description": description,
        "system": "be brief",
        "memory_blocks": {"persona": {"value": "kind", "limit": 100}},
        "shared_blocks": ["state"],
        "sources": ["notes"],
        "tools": TOOLS,
        **more,
    }


def constellation() -> dict[str, Any]:
    """Three agents, a shared block, a source and one group of every type."""
    return {
        "kind": "Constellation",
        "name": "team",
        "parameters": {"partner": {"type": "string", "default": "nobody"}},
        "defaults": {"model": MODEL, "embedding": EMBEDDING},
        "blocks": {"state": {"value": "calm", "limit": 60}, "human": {"value": "${{ parameters.partner }}"}},
        "sources": {"notes": {"description": "notes", "embedding": EMBEDDING}},
        "agents": {
            "lead": agent("leads"),
            "left": agent("is left"),
            "right": agent("is right", enable_sleeptime=False),
        },
        "groups": {
            "circle": {
                "description": "in turn",
                "manager": {"type": "round_robin", "max_turns": 3},
                "agents": ["lead", "left", "right"],
            },
            "talk": {
                "description": "led",
                "manager": {"type": "dynamic", "agent": "lead", "termination_token": "OVER", "max_turns": 2},
                "agents": ["left", "right"],
            },
            "board": {
                "description": "asked by one",
                "manager": {"type": "supervisor", "agent": "lead"},
                "agents": ["left", "right"],
            },
            "dream": {
                "description": "in the background",
                "manager": {"type": "sleeptime", "agent": "right", "frequency": 5},
                "agents": ["left"],
            },
        },
    }


def write(folder: Path, *more: dict[str, Any]) -> Path:
    """The manifests in a folder; nobody is declared."""
    folder.mkdir(parents=True, exist_ok=True)
    documents = [{"kind": "Project", "name": "demo"}, constellation(), *more]
    text = yaml.safe_dump_all(
        [{"apiVersion": "reconciler/v1", **each} for each in documents], sort_keys=False
    )
    (folder / "all.yaml").write_text(text, encoding="utf-8")
    return folder
