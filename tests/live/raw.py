"""A second pair of eyes on the server: plain HTTP, sharing no code with the adapter under test."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.audit.others import others

INCLUDE = [("include", f"agent.{part}") for part in ("blocks", "tools", "sources", "tags", "secrets")]
RECORD = "letta-reconciler-record"
HIDDEN = {"agents": "show_hidden_agents", "blocks": "show_hidden_blocks", "groups": "show_hidden_groups"}


def _unordered(value: Any) -> Any:
    """Attached things and tags come in any order, another one each time."""
    if isinstance(value, list):
        return sorted(
            value, key=lambda item: item["id"] if isinstance(item, dict) and "id" in item else repr(item)
        )
    return value


@dataclass(frozen=True)
class RawServer:
    """The REST API, as curl would see it."""

    url: str

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One request; anything but a success raises."""
        return self._send(
            method, path, None if body is None else json.dumps(body).encode(), "application/json"
        )

    def upload(self, path: str, content: bytes, content_type: str) -> Any:
        """One request with a body that is no JSON."""
        return self._send("POST", path, content, content_type)

    def _send(self, method: str, path: str, data: bytes | None, content_type: str) -> Any:
        headers = {"content-type": content_type}
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        with others(method, path) as noted:
            with urllib.request.urlopen(request, timeout=180) as answer:
                text = answer.read()
            noted.body = json.loads(text) if text else None
        return noted.body

    def list(self, collection: str) -> list[dict[str, Any]]:
        """Everything in a collection, hidden things too; without what is remembered of sets."""
        found = self._list(collection)
        return [row for row in found if row.get("label") != RECORD] if collection == "blocks" else found

    def records(self) -> list[dict[str, Any]]:
        """The blocks that hold what the reconciler remembers of each set."""
        return [block for block in self._list("blocks") if block["label"] == RECORD]

    def _list(self, collection: str) -> list[dict[str, Any]]:
        query: list[tuple[str, str]] = [("limit", "100000")]
        if collection in HIDDEN:
            query.append((HIDDEN[collection], "true"))
        if collection == "agents":
            query += INCLUDE
        answer: list[dict[str, Any]] = self.call("GET", f"/v1/{collection}/?{urlencode(query)}")
        return [{**row, "tags": sorted(row["tags"])} if row.get("tags") else row for row in answer]

    def agent(self, name: str) -> dict[str, Any]:
        """The one agent of this name."""
        (found,) = (agent for agent in self.list("agents") if agent["name"] == name)
        return found

    def block(self, label: str) -> dict[str, Any]:
        """The one block of this label."""
        (found,) = (block for block in self.list("blocks") if block["label"] == label)
        return found

    def custom_tools(self) -> list[dict[str, Any]]:
        """Tools that did not come with the server."""
        return [tool for tool in self.list("tools") if tool["tool_type"] == "custom"]

    def everything(self) -> dict[str, Any]:
        """All resources in full, for before-and-after comparison; runtime fields left out."""
        volatile = {"updated_at", "last_updated_by_id", "message_ids", "memory"}
        return {
            collection: {
                item["id"]: {key: _unordered(value) for key, value in item.items() if key not in volatile}
                for item in self.list(collection)
            }
            for collection in ("agents", "blocks", "groups", "folders")
        }
