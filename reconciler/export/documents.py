"""The parts of an export before they are text: sets of resources by name, and the documents they become.

In: bodies. Out: documents by file. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.errors import Diagnostic
from reconciler.export.naming import Names
from reconciler.export.yaml_text import Document
from reconciler.kinds import SECTIONS

API = "reconciler/v1"
KEYS: Mapping[str, str] = {kind: key for key, kind in SECTIONS.items()}
"""Kind to its key in a document, in the order documents have them."""


@dataclass(frozen=True, slots=True)
class Export:
    """What is to be written: documents and other files by path, and what could not be said."""

    documents: Mapping[str, tuple[Document, ...]]
    files: Mapping[str, bytes]
    warnings: tuple[Diagnostic, ...] = ()


@dataclass(slots=True)
class Part:
    """One set in the making: the shared one, or a constellation."""

    bodies: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    """Kind to name to body."""
    names: dict[str, Names] = field(default_factory=dict)

    def give(self, kind: str, wanted: str, otherwise: str = "") -> str:
        """A free name for one more of a kind."""
        return self.names.setdefault(kind, Names()).give(wanted, otherwise or kind)

    def put(self, kind: str, name: str, body: dict[str, Any]) -> None:
        """One more resource."""
        self.bodies.setdefault(kind, {})[name] = body

    def has(self, kind: str, name: str) -> bool:
        """Whether the set has a resource of this name."""
        return name in self.bodies.get(kind, {})

    @property
    def sections(self) -> dict[str, Any]:
        """The set as keys of a document."""
        return {key: self.bodies[kind] for kind, key in KEYS.items() if self.bodies.get(kind)}


def shared_document(part: Part, remarks: Iterable[str] = ()) -> Document:
    """What exists once."""
    return Document({"apiVersion": API, "kind": "Shared", **part.sections}, tuple(remarks))


def constellation_document(name: str, part: Part, remarks: Iterable[str] = ()) -> Document:
    """The template of one user's set."""
    body = {"apiVersion": API, "kind": "Constellation", "name": name, **part.sections}
    return Document(body, tuple(remarks))


def users_document(constellation: str, users: Iterable[Mapping[str, Any]]) -> Document:
    """Who gets it."""
    listed = [dict(user) for user in users]
    return Document({"apiVersion": API, "kind": "Users", "constellation": constellation, "users": listed})


def project_document(name: str, env: Sequence[str] = ()) -> Document:
    """The namespace, and which variables expressions may read."""
    readable = {"env": list(env)} if env else {}
    return Document({"apiVersion": API, "kind": "Project", "name": name, **readable})
