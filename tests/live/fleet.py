"""A small fleet made by plain HTTP, as an app without any reconciler would make it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.live.raw import RawServer

MODEL, EMBEDDING = "openai-proxy/gpt-4o-mini", "openai/text-embedding-3-small"
ADD = '''def add(first: int, second: int) -> int:
    """Add two numbers.

    Args:
        first (int): One number.
        second (int): Another number.

    Returns:
        int: Their sum.
    """
    return first + second
'''


@dataclass(frozen=True)
class Fleet:
    """Server ids by what they are."""

    ids: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.ids[name]


def block(server: RawServer, label: str, value: str, **more: Any) -> str:
    """A block on its own."""
    made: dict[str, Any] = server.call("POST", "/v1/blocks/", {"label": label, "value": value, **more})
    return str(made["id"])


def agent(server: RawServer, name: str, **more: Any) -> dict[str, Any]:
    """An agent without tools of its own choosing."""
    body = {"name": name, "model": MODEL, "embedding": EMBEDDING, "include_base_tools": False, **more}
    made: dict[str, Any] = server.call("POST", "/v1/agents/", body)
    return made


def copy_of(server: RawServer, original: str, name: str, **more: Any) -> str:
    """What an app that copies agents does: the same tags and metadata under another name; the new id."""
    row = server.agent(original)
    taken = {key: row[key] for key in ("model", "embedding", "tags", "metadata")}
    return str(agent(server, name, **{**taken, **more})["id"])


def make(server: RawServer) -> Fleet:
    """Two agents with a block in common and a persona each, a source and a tool of one, a group of both."""
    ids = {"state": block(server, "state", "calm since Monday", description="How it goes", tags=["live"])}
    ids["tool"] = server.call("POST", "/v1/tools/", {"source_code": ADD, "tags": ["maths"]})["id"]
    source = {"name": "notes", "embedding": EMBEDDING, "description": "Notes", "metadata": {"team": "red"}}
    ids["source"] = server.call("POST", "/v1/folders/", source)["id"]
    for name in ("helper", "critic"):
        made = agent(
            server,
            name,
            system=f"You are {name}.",
            tags=["live", name],
            metadata={"team": "red"},
            block_ids=[ids["state"]],
            memory_blocks=[{"label": "persona", "value": f"{name} learned to be kind", "limit": 400}],
            tool_ids=[ids["tool"]] if name == "helper" else [],
            tools=["memory_insert"],
            folder_ids=[ids["source"]] if name == "helper" else [],
            include_base_tool_rules=False,
        )
        ids[name] = made["id"]
        ids[f"{name} persona"] = next(b["id"] for b in made["blocks"] if b["label"] == "persona")
    group = {"agent_ids": [ids["helper"], ids["critic"]], "description": "Both of them"}
    ids["group"] = server.call("POST", "/v1/groups/", group)["id"]
    return Fleet(ids)


def manifests() -> list[dict[str, Any]]:
    """The same fleet declared, with another system text for the critic and personas of its own."""
    agents = {
        name: {
            "model": MODEL,
            "embedding": EMBEDDING,
            "name": name,
            "system": f"You are {name}." if name == "helper" else "You are a critic.",
            "memory_blocks": {"persona": {"value": f"{name} is new", "limit": 400}},
            "shared_blocks": ["state"],
            "tools": ["memory_insert", "add"] if name == "helper" else ["memory_insert"],
            **({"sources": ["notes"]} if name == "helper" else {}),
        }
        for name in ("helper", "critic")
    }
    return [
        {
            "kind": "Shared",
            "blocks": {"state": {"value": "calm", "description": "How it goes"}},
            "tools": {"add": {"file": "add.py"}},
            "sources": {"notes": {"embedding": EMBEDDING, "description": "Notes"}},
            "agents": agents,
            "groups": {"both": {"description": "Both of them", "agents": ["helper", "critic"]}},
        }
    ]


def without_marks(server: RawServer) -> dict[str, Any]:
    """What people see of a server: our bookkeeping taken off, nothing and empty the same."""
    return {
        collection: {server_id: _plain(item) for server_id, item in items.items()}
        for collection, items in server.everything().items()
    }


def as_it_is(server: RawServer) -> dict[str, Any]:
    """Everything on a server to the letter, but for the order of tags and nothing being like empty."""
    return {
        collection: {server_id: _ordered(item) for server_id, item in items.items()}
        for collection, items in server.everything().items()
    }


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    item = _ordered(item)
    metadata = {k: v for k, v in item["metadata"].items() if k != "letta-reconciler"}
    marks = ("letta-reconciler:", "managed-by:letta-reconciler")
    tags = [tag for tag in item["tags"] if not tag.startswith(marks)]
    description = item["description"].partition("[letta-reconciler")[0].strip()
    return {**item, "metadata": metadata, "tags": tags, "description": description}


def _ordered(item: dict[str, Any]) -> dict[str, Any]:
    """What hangs on an agent is listed by itself; here only that it hangs there."""
    edges = {
        key: sorted(each["id"] for each in item[key])
        for key in ("blocks", "tools", "sources")
        if isinstance(item.get(key), list)
    }
    return {
        **item,
        **edges,
        "multi_agent_group": None,
        "metadata": item.get("metadata") or {},
        "tags": sorted(item.get("tags") or ()),
        "description": item.get("description") or "",
    }


ADDRESSES = {
    "state": "shared/block/state",
    "tool": "shared/tool/add",
    "source": "shared/source/notes",
    "helper": "shared/agent/helper",
    "helper persona": "shared/agent/helper/block/persona",
    "critic": "shared/agent/critic",
    "critic persona": "shared/agent/critic/block/persona",
    "group": "shared/group/both",
}
"""Where the manifests have each of them."""
