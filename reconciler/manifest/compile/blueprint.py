"""What one resource of a template will be for any user.

In: fixed and computed values, and edges to other resources. Out: blueprints that expansion turns into
desired resources. It must not know how manifests are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.errors import Origin
from reconciler.manifest.compile.typed_settings import TypedSettings
from reconciler.manifest.language.values import Computed, Value
from reconciler.values import Address, Leaf, Owner, Policy


@dataclass(frozen=True, slots=True)
class Target:
    """A resource seen from a template: of the same user, or shared by all."""

    kind: str
    name: str
    shared: bool = False
    agent: str = ""

    def address(self, owner: Owner) -> Address:
        """The resource itself, for one user."""
        return Address(Owner() if self.shared else owner, self.kind, self.name, self.agent)

    def __str__(self) -> str:
        return f"shared/{self.name}" if self.shared else self.name


@dataclass(frozen=True, slots=True)
class SecretLeaf:
    """A leaf that comes from the environment and is never shown."""

    path: str
    variable: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Blueprint:
    """One resource, before it belongs to somebody."""

    kind: str
    name: str
    agent: str
    fixed: Mapping[str, Leaf]
    computed: tuple[tuple[str, str, Computed], ...]
    """Path, field and value of leaves that differ by user."""
    members: tuple[tuple[str, Computed], ...]
    """Field and value of set members that differ by user."""
    edges: tuple[tuple[str, Target], ...]
    secrets: tuple[SecretLeaf, ...]
    server_name: Value | None
    """What `name` says."""
    description: Value | None
    policy: Policy
    named: frozenset[str]
    requires: tuple[Target, ...]
    origin: Origin
    origins: Mapping[str, Origin]
    settings: TypedSettings | None = None
    """What has to be checked for each user, where it varies."""


@dataclass(slots=True)
class Draft:
    """A blueprint in the making."""

    kind: str
    name: str
    origin: Origin
    agent: str = ""
    fixed: dict[str, Leaf] = field(default_factory=dict)
    computed: list[tuple[str, str, Computed]] = field(default_factory=list)
    members: list[tuple[str, Computed]] = field(default_factory=list)
    edges: dict[str, Target] = field(default_factory=dict)
    secrets: list[SecretLeaf] = field(default_factory=list)
    server_name: Value | None = None
    description: Value | None = None
    named: set[str] = field(default_factory=set)
    requires: dict[Target, None] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    settings: TypedSettings | None = None

    def connect(self, path: str, target: Target) -> None:
        """An edge to a managed resource."""
        self.edges[path] = target
        self.requires[target] = None

    @property
    def paths(self) -> list[str]:
        """Every path known before expansion."""
        secrets = [secret.path for secret in self.secrets]
        return [*self.fixed, *(path for path, _, _ in self.computed), *self.edges, *secrets]

    def done(self, policy: Policy) -> Blueprint:
        """The finished blueprint."""
        return Blueprint(
            self.kind,
            self.name,
            self.agent,
            self.fixed,
            tuple(self.computed),
            tuple(self.members),
            tuple(self.edges.items()),
            tuple(self.secrets),
            self.server_name,
            self.description,
            policy,
            frozenset(self.named),
            tuple(self.requires),
            self.origin,
            self.origins,
            self.settings,
        )
