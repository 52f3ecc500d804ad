"""What a kind of resource is, as data: every key and field of it is one entry.

In: nothing. Out: tables. The models of the manifests and their JSON schema, reading, sending, export and the
reference page are made from the entries. Kinds are declared with these and hold no behaviour of their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as with_default
from functools import cached_property
from typing import Any, TypeAlias

from reconciler.kinds.types import Shape, Type
from reconciler.values import UNSET, Leaf, Ownership, Unset


@dataclass(frozen=True, slots=True)
class LongText:
    """A text of pages, known by the first 16 hex digits of its SHA-256."""

    digest: str

    @classmethod
    def of(cls, leaf: Leaf | Unset) -> LongText | None:
        """What a leaf is known by; None for what is no text."""
        if not isinstance(leaf, str):
            return None
        return cls(hashlib.sha256(leaf.encode("utf-8", "surrogatepass")).hexdigest()[:16])


Default: TypeAlias = Leaf | LongText


@dataclass(frozen=True, slots=True)
class Key:
    """One key that manifests have. One that is no Field is compiled into fields of this kind or another."""

    name: str
    type: Type
    description: str
    """One line for the schema and the reference page."""
    example: Any = UNSET
    """What a manifest could say; JSON."""
    choices: tuple[str, ...] = ()
    """The words of a WORD."""
    required: bool = False
    """Whether a manifest has to have it; what only the compiler can tell is told there."""

    @property
    def key(self) -> str:
        """What manifests call it."""
        return self.name


@dataclass(frozen=True, slots=True)
class Field(Key):
    """One declarable field: what is compared, planned and written."""

    called: str = ""
    """The key in manifests, where it is not the name of the field."""
    section: str = ""
    """The mapping in the manifest that holds the key; empty for the resource itself."""
    follows: str = ""
    """What the field comes from, where manifests have no key of its own for it."""
    wire: str = ""
    """What requests call it, where that is not the name of the field."""
    shown: str = ""
    """Where answers show it, `key` or `outer.key`, where that is not what requests call it."""
    ownership: Ownership = Ownership.ENFORCED
    immutable: bool = False
    """The server cannot change it after create: a change replaces the resource."""
    exact: bool = True
    """For SET and EDGES: whether an extra live member is drift."""
    cleared: Leaf | Unset = UNSET
    """What to send to un-set it; UNSET when the server cannot."""
    default: tuple[Default, ...] = ()
    """What the server may have by itself where nobody names it, beside nothing at all."""
    defaults: Mapping[str, tuple[Default, ...]] = with_default(default_factory=dict)
    """The same for the values in a SETTINGS mapping, by their path below it."""
    targets: str = ""
    """The kind a leaf of this field names by address."""
    outlives_manifest: bool = False
    """For SET: a member the manifest drops stays, and is said, unless the manifest calls the field exact."""
    secret: bool = False
    by_call: bool = False
    """For EDGES: an existing resource is attached and detached by a request of its own."""
    waits: bool = False
    """Set by a request of its own, once everything that names the resource is there."""

    @property
    def key(self) -> str:
        """What manifests call it; empty where they have no key for it."""
        return "" if self.follows else self.called or self.name

    @property
    def shape(self) -> Shape:
        """How its value falls into leaves."""
        return self.type.shape

    @property
    def is_free(self) -> bool:
        """Any JSON, which the server keeps to the letter: an empty value is a value of its own."""
        return self.type is Type.ENTRIES

    @property
    def is_json(self) -> bool:
        """JSON of which the server keeps what it knows."""
        return self.type.is_json

    @property
    def sent_as(self) -> str:
        """What requests call it."""
        return self.wire or self.name

    @property
    def shown_at(self) -> str:
        """Where answers show it."""
        return self.shown or self.sent_as

    def server_has(self, path: str) -> tuple[Default, ...]:
        """What the server may have by itself at a path of this field."""
        return self.default if path == self.name else self.defaults.get(path[len(self.name) + 1 :], ())


@dataclass(frozen=True)
class Kind:
    """One kind of resource."""

    name: str
    section: str
    """The key in manifests that holds resources of this kind, by name."""
    entries: tuple[Key, ...]
    requires: frozenset[str] = frozenset()
    """Kinds that must exist before one of these is created."""
    marker_fields: frozenset[str] = frozenset()
    """Fields the marker is written into; one of them is sent whole, or not at all."""
    called_by: str = "name"
    """What answers call the name of a resource on the server."""

    @cached_property
    def is_named(self) -> bool:
        """Whether a manifest can say what the server calls it."""
        return any(field.type is Type.NAME for field in self.fields)

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The entries that are compared and written."""
        return tuple(entry for entry in self.entries if isinstance(entry, Field))

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """Fields by name."""
        return {field.name: field for field in self.fields}

    @cached_property
    def json_fields(self) -> frozenset[str]:
        """Names of the fields that hold JSON of which the server keeps what it knows."""
        return frozenset(f.name for f in self.fields if f.is_json)

    @cached_property
    def set_like(self) -> frozenset[str]:
        """Names of the fields that have members."""
        return frozenset(f.name for f in self.fields if f.shape in (Shape.SET, Shape.EDGES))

    @cached_property
    def plain(self) -> tuple[Field, ...]:
        """The fields that are one leaf each, sent and shown as they are."""
        return tuple(field for field in self.fields if field.type.is_plain)

    def keys_in(self, section: str) -> tuple[Key, ...]:
        """What a manifest can say in a section of a resource; empty for the resource itself."""
        return tuple(
            entry
            for entry in self.entries
            if entry.key and (entry.section if isinstance(entry, Field) else "") == section
        )
