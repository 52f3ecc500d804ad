"""Single writes, as data: what the Executor hands to a Writer, one after the other.

In: leaves and addresses. Out: frozen records in the words of this project, not of any HTTP API. Each is
one request to the server, but for a file that takes the place of another: `requests` counts them. A saved
plan holds them, so they carry no secret: those stay `Secret` leaves, written as the name of their variable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, TypeAlias

from reconciler.codec import Always, Tagged
from reconciler.values.address import Address
from reconciler.values.leaf import FileLeaf, Leaves
from reconciler.values.resource import Marker


@dataclass(frozen=True, slots=True)
class Inline:
    """A private block made by the same request as its agent."""

    address: Address
    leaves: Leaves
    marker: Marker


@dataclass(frozen=True, slots=True)
class Create:
    """Make a resource. Edges name targets by address, or by server id or builtin name."""

    address: Address
    server_name: str
    leaves: Leaves
    marker: Marker
    inline: Always[tuple[Inline, ...]] = ()


@dataclass(frozen=True, slots=True)
class Update:
    """Change fields in place.

    `changed` are the paths to write; empty means that only the mark is written, and no marker at all takes
    the one that is there off. `after` holds the complete intended value of every field that is sent; a
    changed path that is not in `after` is removed. `expect` are digests of leaves an agent may edit: when one
    has moved since the plan was made, nothing is written.
    """

    address: Address
    id: str
    changed: frozenset[str]
    after: Leaves
    marker: Marker | None
    expect: Always[Mapping[str, str]] = field(default_factory=dict)
    is_marked: bool = False
    """Whether the resource bears this mark already: then it is sent with the fields it shares alone."""

    @property
    def base(self) -> Mapping[str, str]:
        """What will count as last applied."""
        return self.marker.base if self.marker else {}


@dataclass(frozen=True, slots=True)
class Attach:
    """Hang `target` (an address, a server id or a builtin tool name) on an agent."""

    address: Address
    field: str
    item: str
    target: str


@dataclass(frozen=True, slots=True)
class Detach:
    """Take `target` off an agent."""

    address: Address
    field: str
    item: str
    target: str


@dataclass(frozen=True, slots=True)
class Upload:
    """Put a file into a source, in the place of the one of that name with these server ids, if any."""

    address: Address
    name: str
    content: FileLeaf
    replaces: tuple[str, ...] = ()

    @property
    def requests(self) -> int:
        """Writes it takes."""
        return 1 + len(self.replaces)


@dataclass(frozen=True, slots=True)
class RemoveFile:
    """Take a file out of a source: the one of that name with these server ids."""

    address: Address
    name: str
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Complete:
    """Set fields of a resource that must wait for what names it: `enable_sleeptime` of an agent, which makes
    the server add a background agent and a group of its own where the agent manages none yet."""

    address: Address
    leaves: Leaves

    @property
    def needs_group(self) -> bool:
        """Whether the group of the agent has to be looked at first."""
        return self.leaves.get("enable_sleeptime") is True


@dataclass(frozen=True, slots=True)
class Recompile:
    """Bring an agent's in-context system message up to date after a structural change."""

    address: Address


@dataclass(frozen=True, slots=True)
class Carry:
    """Give a resource what the one it replaces has on the server alone: the archive, the identities and the
    secrets of an agent; the files of a source, and the agents of others that it hangs on.

    `old` is the server id of that one, `leave` the paths that are decided otherwise. What the new one has
    already stays, so sending it again changes nothing.
    """

    address: Address
    old: str
    leave: Always[frozenset[str]] = frozenset()


MESSAGES = "messages"
"""What a Delete of an agent may expect beside leaves: how many messages it has."""


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove a resource by server id; one that is gone already counts as removed.

    `expect` are digests of leaves that are stored before they go: when one has moved, nothing is removed.
    """

    address: Address
    id: str
    expect: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Erase:
    """Remove what a person left on the server and nobody manages; what is gone already counts as removed.

    `kind` is archive, block or identity; `address` is the agent it was found by.
    """

    address: Address
    kind: str
    id: str
    name: Always[str] = ""


def requests(operation: Operation) -> int:
    """How many writes an operation takes when nothing has to be tried twice."""
    return operation.requests if isinstance(operation, Upload) else 1


Operation: TypeAlias = Annotated[
    Create | Update | Attach | Detach | Upload | RemoveFile | Carry | Complete | Recompile | Erase | Delete,
    Tagged("op"),
]
