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
from typing import Annotated, Any, TypeAlias

from reconciler.codec import Always, AsGiven, Form, Key, Misfit, Never
from reconciler.values.address import Address, Owner


def _short(address: Address, owner: Owner) -> str:
    if address.owner != owner:
        raise ValueError(f"{address} is not of {owner}")
    return str(address)[len(str(owner)) + 1 :]


def _whole(text: Any, owner: Owner) -> Address:
    if not isinstance(text, str):
        raise Misfit("an address is a text")
    address = Address.parse(f"{owner}/{text}")
    if str(address) != f"{owner}/{text}":
        raise Misfit(f"{text!r} is not an address")
    return address


Own: TypeAlias = Annotated[Address, Form(_short, _whole, {"type": "string"})]
"""An address of the set itself, which is written without the set."""

Settled: TypeAlias = Mapping[Address, Mapping[str, str]]


def _joined(settled: Settled, owner: Owner) -> dict[str, str]:
    return {
        f"{_short(address, owner)} {path}": value
        for address, values in sorted(settled.items(), key=lambda item: item[0].order)
        for path, value in sorted(values.items())
    }


def _parted(raw: Any, owner: Owner) -> Settled:
    if not isinstance(raw, dict) or not all(isinstance(value, str) for value in raw.values()):
        raise Misfit("not texts by address and path")
    found: dict[Address, dict[str, str]] = {}
    for text, value in raw.items():
        address, _, path = text.partition(" ")
        found.setdefault(_whole(address, owner), {})[path] = value
    return dict(found)


@dataclass(frozen=True, slots=True)
class Known:
    """One resource as it was when its set was last written.

    `made` (agents and sources: created_at of the server), `label` (blocks) and `members` (groups: addresses,
    or server ids of what is not ours) tell whether the resource of this id is still the same one.
    """

    id: str
    base: Annotated[Mapping[str, str], Key(after="members")] = field(default_factory=dict)
    """Path to digest of the last applied value; those of files stay on their folder."""
    made: str = ""
    label: str = ""
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetRecord:
    """Everything that is remembered of one set; see the contract, "The record of a set"."""

    project: str
    owner: Annotated[Owner, Key("set")]
    serial: Always[int] = 0
    """Plus one with each write; 0 was never written."""
    applied: bool = False
    """Whether an apply ever wrote the set; otherwise it is the library's own."""
    digest: str = ""
    """Of the expanded desired state that was last applied whole; empty before that."""
    earlier: tuple[str, ...] = ()
    """The digests before, newest first: an older state differs from another one."""
    known: Mapping[Own, Known] = field(default_factory=dict)
    former: Mapping[Own, Address] = field(default_factory=dict)
    """Addresses resources had before they were renamed, to the ones they got."""
    removed: frozenset[Own] = frozenset()
    """Addresses whose resource was deleted by us and not made again."""
    protect: frozenset[Own] = frozenset()
    accepted: Annotated[Settled, Form(_joined, _parted, {"type": "object"})] = field(default_factory=dict)
    """What a person has seen and settled: address and path to a digest of the live and the declared value."""
    released: Mapping[Own, tuple[str, ...]] = field(default_factory=dict)
    """Files the manifests dropped and an agent had changed: theirs from then on."""
    texts: Mapping[Own, Mapping[str, str]] = field(default_factory=dict)
    """Where the next three-way merge starts from: address and path to the text last applied."""
    parameters: Annotated[Mapping[str, Any] | None, Key(after="rebuilt")] = None
    """What a program provisioned the user with; None for one that only documents name."""
    notes: AsGiven[Mapping[str, Any]] = field(default_factory=dict)
    """By kind, of resources that can bear no mark."""
    replacing: Mapping[Own, str] = field(default_factory=dict)
    """Replaces under way: the id of the run, which the mark of the new resource bears."""
    left: Mapping[str, str] = field(default_factory=dict)
    """Of the shared set: users whose set an apply ended, as salted hashes, to the day (ISO 8601) they left.
    No program brings them back, an apply that declares them does; after a year nobody remembers. Of another
    set that knows no resource, its own user: a tombstone, until the shared record says so."""
    salt: str = ""
    """What goes into those hashes; drawn when the first user leaves."""
    rebuilt: bool = False
    """Whether it was made anew from marks alone: what was forgotten cannot be missed."""
    id: Never[str] = field(default="", compare=False)
    """The block it was read from."""


def serials_of(records: Mapping[Owner, SetRecord], owners: Iterable[Owner]) -> dict[Owner, int]:
    """The number of the last write of these sets; 0 where there is no record."""
    return {owner: records[owner].serial if owner in records else 0 for owner in owners}


NO_SERIALS: Mapping[Owner, int] = MappingProxyType({})
"""Nobody expects a set to have reached a number."""
