"""What a kind of resource is, as data: its fields, their shape and who owns them.

In: nothing. Out: tables. Kinds are declared with these and hold no behaviour of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from reconciler.values import UNSET, Leaf, Ownership, Unset


class Shape(Enum):
    """How the value of a field falls into leaves."""

    SCALAR = "scalar"
    """One leaf."""
    MAPPING = "mapping"
    """One leaf for each key the manifest names: `metadata.team`."""
    SET = "set"
    """One leaf for each member, order-free: `tags[coordinator]`."""
    EDGES = "edges"
    """One leaf for each attached resource: `blocks[persona]` holds the address or server id."""


@dataclass(frozen=True, slots=True)
class Field:
    """One declarable field of a kind."""

    name: str
    shape: Shape = Shape.SCALAR
    ownership: Ownership = Ownership.ENFORCED
    immutable: bool = False
    """The server cannot change it after create: a change replaces the resource."""
    exact: bool = True
    """For SET and EDGES: whether an extra live member is drift."""
    cleared: Leaf | Unset = UNSET
    """What to send to un-set it; UNSET when the server cannot."""
    targets: str = ""
    """The kind a leaf of this field names by address."""
    outlives_manifest: bool = False
    """For SET: a member the manifest drops stays, and is said, unless the manifest calls the field exact."""
    is_free: bool = False
    """Any JSON, which the server keeps to the letter: an empty value is a value of its own."""
    is_json: bool = False
    """JSON of which the server keeps what it knows."""
    secret: bool = False
    by_call: bool = False
    """For EDGES: an existing resource is attached and detached by a request of its own."""


@dataclass(frozen=True)
class Kind:
    """One kind of resource."""

    name: str
    fields: tuple[Field, ...]
    requires: frozenset[str] = frozenset()
    """Kinds that must exist before one of these is created."""
    marker_fields: frozenset[str] = frozenset()
    """Fields the marker is written into; one of them is sent whole, or not at all."""

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
