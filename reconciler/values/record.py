"""What the record of a set says: the second place for identity, beside the marks on the resources themselves.

In: nothing. Out: frozen values. It must not know how a record is written down, found or stored.

A set is what one user gets, or the shared one. A mark says whose a resource is; the record says of the whole
set what was last applied to it, so that a lost mark, a copy, a deletion and manifests of another age are told
apart on any machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from reconciler.values.address import Address, Owner


@dataclass(frozen=True, slots=True)
class Known:
    """One resource as it was when its set was last written.

    `made` (agents and sources: created_at of the server), `label` (blocks) and `members` (groups: addresses,
    or server ids of what is not ours) tell whether the resource of this id is still the same one.
    """

    id: str
    base: Mapping[str, str] = field(default_factory=dict)
    """Path to digest of the last applied value; those of files stay on their folder."""
    made: str = ""
    label: str = ""
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetRecord:
    """Everything that is remembered of one set; see the contract, "The record of a set"."""

    project: str
    owner: Owner
    serial: int = 0
    """Plus one with each write; 0 was never written."""
    applied: bool = False
    """Whether an apply ever wrote the set; otherwise it is the library's own."""
    digest: str = ""
    """Of the expanded desired state that was last applied whole; empty before that."""
    earlier: tuple[str, ...] = ()
    """The digests before, newest first: an older state differs from another one."""
    known: Mapping[Address, Known] = field(default_factory=dict)
    former: Mapping[Address, Address] = field(default_factory=dict)
    """Addresses resources had before they were renamed, to the ones they got."""
    removed: frozenset[Address] = frozenset()
    """Addresses whose resource was deleted by us and not made again."""
    protect: frozenset[Address] = frozenset()
    accepted: Mapping[Address, Mapping[str, str]] = field(default_factory=dict)
    """What a person has seen and settled: address and path to a digest of the live and the declared value."""
    released: Mapping[Address, tuple[str, ...]] = field(default_factory=dict)
    """Files the manifests dropped and an agent had changed: theirs from then on."""
    texts: Mapping[Address, Mapping[str, str]] = field(default_factory=dict)
    """Where the next three-way merge starts from: address and path to the text last applied."""
    parameters: Mapping[str, Any] | None = None
    """What a program provisioned the user with; None for one that only documents name."""
    notes: Mapping[str, Any] = field(default_factory=dict)
    """By kind, of resources that can bear no mark."""
    replacing: Mapping[Address, str] = field(default_factory=dict)
    """Replaces under way: the id of the run, which the mark of the new resource bears."""
    left: Mapping[str, str] = field(default_factory=dict)
    """Of the shared set: users whose set an apply ended, as salted hashes, to the day (ISO 8601) they left.
    No program brings them back, an apply that declares them does; after a year nobody remembers. Of another
    set that knows no resource, its own user: a tombstone, until the shared record says so."""
    salt: str = ""
    """What goes into those hashes; drawn when the first user leaves."""
    rebuilt: bool = False
    """Whether it was made anew from marks alone: what was forgotten cannot be missed."""
    id: str = field(default="", compare=False)
    """The block it was read from."""


def serials_of(records: Mapping[Owner, SetRecord], owners: Iterable[Owner]) -> dict[Owner, int]:
    """The number of the last write of these sets; 0 where there is no record."""
    return {owner: records[owner].serial if owner in records else 0 for owner in owners}


NO_SERIALS: Mapping[Owner, int] = MappingProxyType({})
"""Nobody expects a set to have reached a number."""
