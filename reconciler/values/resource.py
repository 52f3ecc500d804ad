"""Resources as the manifests want them and as the server has them, and sets of either.

In: canonical leaves. Out: frozen records that compare can hold side by side, and the fingerprint of a
live resource for the staleness check. It must not know how leaves are read or written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.codec import Always, Never
from reconciler.errors import Diagnostic, Origin
from reconciler.values.address import Address, Owner, Selector
from reconciler.values.leaf import Leaf, Secret, digest, field_of
from reconciler.values.ownership import Ownership
from reconciler.values.record import SetRecord
from reconciler.values.renames import Renames


@dataclass(frozen=True, slots=True)
class Policy:
    """What one manifest resource says about ownership, beside the defaults of its kind."""

    default: Ownership | None = None
    """For every field of the resource."""
    fields: Mapping[str, Ownership] = field(default_factory=dict)
    """By field name or path; the longest match wins over the default."""
    exact: frozenset[str] = frozenset()
    """Set-like fields whose extra members are drift."""
    additive: frozenset[str] = frozenset()
    """Set-like fields whose extra members stay."""
    protect: bool = False
    """A plan that would delete or replace it is refused."""


@dataclass(frozen=True, slots=True)
class DesiredResource:
    """One resource the manifests declare."""

    address: Address
    server_name: str
    """What it is called on the server: agent, folder or tool name, block label; groups have none."""
    leaves: Mapping[str, Leaf]
    policy: Policy = Policy()
    named: frozenset[str] = frozenset()
    """Set-like and mapping fields the manifest names, also when they are empty."""
    requires: frozenset[Address] = frozenset()
    """Managed resources whose server id is needed to write this one."""
    origin: Origin | None = None
    origins: Mapping[str, Origin] = field(default_factory=dict)
    """Where single fields were written, by field name."""
    implied: frozenset[str] = frozenset()
    """Paths of leaves the server adds because of others: where they are there, there is nothing to note."""


@dataclass(frozen=True, slots=True)
class Marker:
    """Whose a resource on the server is, and what was last applied to it."""

    project: str
    address: Address
    base: Always[Mapping[str, str]] = field(default_factory=dict)
    """Path to digest of the last applied value; the record of the set keeps it, but for files."""
    released: frozenset[str] = frozenset()
    """Files that were ours and that somebody had changed when the manifests dropped them: said once."""
    run: Never[str] = ""
    """The run that made the resource in the place of another one: what the record noted before it did."""

    @property
    def of_files(self) -> dict[str, str]:
        """What was last applied of the files of a source, which the source itself keeps."""
        return {path: digest for path, digest in self.base.items() if field_of(path) == "files"}


@dataclass(frozen=True, slots=True)
class Trace:
    """Something of a person on the server that nobody manages: an archive, a block or an identity."""

    kind: str
    id: str
    name: str = ""
    used_by: tuple[str, ...] = ()
    """Ids of agents of others that have it, too."""

    def __str__(self) -> str:
        return f"{self.kind} {self.id}" + (f" ({self.name})" if self.name else "")


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an agent said and remembers."""

    messages: int = 0
    passages: int = 0

    @property
    def is_something(self) -> bool:
        """Whether there is anything to lose."""
        return self.messages > 0 or self.passages > 0


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What was ours, as its record says, and bears the mark of somebody else now."""

    id: str
    owner: str
    """Whose it is by its mark, such as `project 'other'`."""
    server_name: str = ""


@dataclass(frozen=True, slots=True)
class Namesake:
    """What another project has at an address of this one."""

    id: str
    project: str


@dataclass(frozen=True, slots=True)
class SetBack:
    """The number of the last write of a set, as its record has it and as somebody remembers it."""

    now: int
    """0 where there is no record."""
    seen: int


@dataclass(frozen=True, slots=True)
class LiveResource:
    """One resource on the server, in canonical form.

    `marker` is None for a resource nobody, or another tool, manages. `tags` are the server's own,
    bookkeeping ones included; `messages` is how many messages an agent has beyond those it was made with.
    """

    kind: str
    id: str
    server_name: str
    leaves: Mapping[str, Leaf]
    marker: Marker | None = None
    messages: int = 0
    bears: str = ""
    """The project whose mark it bears, where that is another one and it hangs on an agent of ours."""
    made: str = ""
    """When it was made by the server's clock, ISO 8601; only agents and sources tell."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever any comparable value changes; order of leaves does not matter.

        Secrets do not count: whether they are read depends on what else is declared.
        """
        applied = self.marker.base if self.marker else {}
        lines = sorted(
            f"{path}={digest(leaf)}" for path, leaf in self.leaves.items() if not isinstance(leaf, Secret)
        )
        base = sorted(applied.items())
        return hashlib.sha256("\n".join([*lines, repr(base)]).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Desired:
    """Everything the manifests want, by address."""

    project: str
    resources: Mapping[Address, DesiredResource] = field(default_factory=dict)
    renames: Renames = field(default_factory=Renames)
    """What was called something else before."""
    shared_at_run_time: frozenset[str] = frozenset()
    """Labels of blocks that may hang on agents of several users."""
    run_time: Mapping[Owner, Mapping[str, Any]] = field(default_factory=dict)
    """Users that programs brought along and no document names, with the parameters they were given."""

    def __iter__(self) -> Iterator[DesiredResource]:
        return iter(self.resources.values())


@dataclass(frozen=True, slots=True)
class Live:
    """What the server has, as far as it was read.

    `resources` are ours, by address. `duplicates` lists every resource whose marker another one
    carries as well. `unmanaged` are resources without our marker that the plan may have to name:
    tools and folders by name, and whatever hangs on an agent of ours.
    """

    resources: Mapping[Address, LiveResource] = field(default_factory=dict)
    duplicates: Mapping[Address, tuple[LiveResource, ...]] = field(default_factory=dict)
    unmanaged: tuple[LiveResource, ...] = ()
    version: str = ""
    """The server's own version; empty when it does not say."""
    lacks: frozenset[str] = frozenset()
    """Kinds this server does not have."""
    windows: Mapping[str, int] = field(default_factory=dict)
    """Tokens an agent of a model gets by default; only asked for where a model changes."""
    records: Mapping[Owner, SetRecord] = field(default_factory=dict)
    """What is remembered of each set that was read."""
    unreadable: Mapping[Owner, Diagnostic] = field(default_factory=dict)
    """Sets whose record is doubled, damaged or of a later version: nothing of them may be touched."""
    set_back: Mapping[Owner, SetBack] = field(default_factory=dict)
    """Sets whose record is behind what somebody remembers: the server was restored from a backup."""
    unmarked: frozenset[Address] = frozenset()
    """Those of `resources` whose mark is gone or torn on the server: known by id, to be marked again."""
    copies: Mapping[Address, tuple[LiveResource, ...]] = field(default_factory=dict)
    """Resources that bear the mark of one of `resources` and are not it."""
    refused: Mapping[Address, Diagnostic] = field(default_factory=dict)
    """Addresses of which it cannot be told what they are: nothing there may be touched."""
    handed_over: Mapping[Address, HandedOver] = field(default_factory=dict)
    """Those of `refused` that somebody else took over."""
    strangers: Mapping[Address, tuple[LiveResource, ...]] = field(default_factory=dict)
    """What bears the mark of one of `refused`, whose own resource is gone."""
    namesakes: Mapping[Address, Namesake] = field(default_factory=dict)
    """What other projects have at declared addresses, as far as the lists showed it."""
    gone: Mapping[Address, str] = field(default_factory=dict)
    """Ids of resources that are known and no longer on the server, by the address manifests give them now."""

    @property
    def ids(self) -> dict[Address, str]:
        """Server id of every resource of ours."""
        return {address: resource.id for address, resource in self.resources.items()}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of a project a run is about; no selector and no user means all of it."""

    targets: tuple[Selector, ...] = ()
    exclude: tuple[Selector, ...] = ()
    users: frozenset[str] = frozenset()
    withheld: frozenset[Address] = frozenset()
    """Addresses at which nothing may happen, as nobody can tell what they are."""

    def covers(self, address: Address) -> bool:
        """Whether changes at this address belong to the run."""
        if self.users and address.owner.user not in self.users:
            return False
        if self.targets and not any(selector.matches(address) for selector in self.targets):
            return False
        return not self.excludes(address)

    def excludes(self, address: Address) -> bool:
        """Whether nothing may happen at this address, whatever else needs it."""
        if address in self.withheld or address.parent in self.withheld:
            return True
        return any(selector.matches(address) for selector in self.exclude)

    @property
    def is_everything(self) -> bool:
        """Whether the run is about the whole project."""
        return not (self.targets or self.exclude or self.users)

    @property
    def owns_shared(self) -> bool:
        """Whether no run beside this one may write what is shared."""
        return True

    @property
    def is_about_shared(self) -> bool:
        """Whether all of the shared set belongs to the run."""
        return self.owns_shared and not (self.targets or self.exclude or self.users)
