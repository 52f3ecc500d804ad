"""A project on the real server, in a few words, for tests of the adapter alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from reconciler.kinds import KINDS, MODEL_FIELDS
from reconciler.remote import Connection, Reader, Transport, Writer, connect
from reconciler.values import (
    Address,
    Create,
    Desired,
    DesiredResource,
    FileContent,
    Inline,
    Leaf,
    Live,
    LiveResource,
    Marker,
    Operation,
    Owner,
    Scope,
    Update,
    digest,
    field_of,
)

PROJECT = "demo"
USER = Owner("pattern", "42")
SHARED = Owner()
MODEL = "letta/letta-free"
TOOL_SOURCE = '''def log_mood(mood: str) -> str:
    """Log a mood.

    Args:
        mood (str): the mood
    """
    return mood
'''


def at(kind: str, name: str, agent: str = "", owner: Owner = USER) -> Address:
    """An address in the one user's set."""
    return Address(owner, kind, name, agent)


def marker(address: Address, leaves: Mapping[str, Leaf], project: str = PROJECT) -> Marker:
    """What is written when these leaves were applied."""
    return Marker(project, address, {path: digest(leaf) for path, leaf in leaves.items()})


def inline(address: Address, leaves: Mapping[str, Leaf]) -> Inline:
    """A private block made with its agent."""
    whole = {"label": address.name, **leaves}
    return Inline(address, whole, marker(address, whole))


@dataclass
class World:
    """One server, one project, everything made so far."""

    url: str
    ids: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.transport: Transport = connect(Connection(self.url))
        self.reader = Reader(self.transport, PROJECT)
        self.writer = Writer(self.transport, PROJECT, lambda content: self.files[content.path])
        self.raw = httpx.Client(base_url=self.url, timeout=180)
        self.desired: dict[Address, DesiredResource] = {}
        self.applied: dict[Address, dict[str, str]] = {}

    def close(self) -> None:
        """Give up all connections."""
        self.transport.close()
        self.raw.close()

    def perform(self, operation: Operation) -> Mapping[Address, str]:
        """Send one write and keep the ids it made."""
        made = self.writer.perform(operation, self.ids)
        self.ids.update({str(address): server_id for address, server_id in made.items()})
        return made

    def make(
        self, address: Address, leaves: Mapping[str, Leaf], *blocks: Inline, server_name: str = ""
    ) -> str:
        """Create a resource as a plan would; returns its server id."""
        name = server_name or str(leaves.get("name") or address.name)
        self.perform(Create(address, name, leaves, marker(address, leaves), blocks))
        self.desired[address] = DesiredResource(address, name, leaves)
        self.applied[address] = dict(marker(address, leaves).base)
        return self.ids[str(address)]

    def agent(self, name: str, leaves: Mapping[str, Leaf] = {}, *blocks: Inline) -> str:
        """Create an agent that needs no model provider."""
        return self.make(at("agent", name), {"name": name, "model": MODEL, **leaves}, *blocks)

    def content(self, path: str, data: bytes) -> FileContent:
        """A file of the project."""
        self.files[path] = data
        return FileContent(hashlib.sha256(data).hexdigest(), path, len(data))

    def update(self, address: Address, leaves: Mapping[str, Leaf], **more: Any) -> None:
        """Change some leaves as a plan would: the rest of every field that is sent comes from live."""
        live = self.one(address)
        assert live.marker
        kind = KINDS[address.kind]
        sent = {field_of(path) for path in leaves} | kind.marker_fields
        if sent & MODEL_FIELDS:
            sent |= MODEL_FIELDS
        if address.kind == "group":
            sent |= set(kind.by_name)
        after = {path: leaf for path, leaf in live.leaves.items() if field_of(path) in sent} | dict(leaves)
        base = self.applied.setdefault(address, dict(live.marker.base))
        base |= {path: digest(leaf) for path, leaf in leaves.items()}
        operation = Update(
            address, live.id, frozenset(leaves), after, Marker(PROJECT, address, dict(base)), **more
        )
        self.perform(operation)

    def read(self, scope: Scope = Scope()) -> Live:
        """What the server has now."""
        return self.reader.read(Desired(PROJECT, self.desired), scope)

    def one(self, address: Address) -> LiveResource:
        """One resource of ours."""
        return self.read().resources[address]

    def get(self, path: str, **query: Any) -> Any:
        """Past the adapter."""
        answer = self.raw.get(path, params=query)
        answer.raise_for_status()
        return answer.json()

    def patch(self, path: str, **body: Any) -> Any:
        """Past the adapter, as an app or a person would."""
        answer = self.raw.patch(path, json=body)
        answer.raise_for_status()
        return answer.json()
