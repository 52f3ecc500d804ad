"""What is put aside before a write ends it: old values of blocks, and agents that have spoken.

In: a change and one of its writes. Out: calls to a Safekeeping, before the write is sent. It must not send
anything itself, nor let a write go on whose value could not be put aside.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from reconciler.apply.outcome import Outcome, Status
from reconciler.errors import Conflict, StateError
from reconciler.guard.endings.history_loss import Unstored, judge
from reconciler.plan.consequences.used_elsewhere import ids_of
from reconciler.plan.model import Change
from reconciler.plan.operations import is_kept
from reconciler.state import History
from reconciler.values import Address, Delete, Operation, Update, digest


class Safekeeping(Protocol):
    """Where things go that are about to end; each call returns when they are safe, or raises."""

    def keep(self, address: Address, path: str, value: str, why: str) -> None:
        """Store a value."""

    def export(self, address: Address, server_id: str) -> str:
        """Save everything an agent has said; says where, empty when there is nothing left to save."""


class Nowhere:
    """Has no place for anything: where it is used nothing can end."""

    def keep(self, address: Address, path: str, value: str, why: str) -> None:
        """Refuses."""
        del value, why
        raise StateError(f"{address}: nothing was written, because there is no place for its old {path}")

    def export(self, address: Address, server_id: str) -> str:
        """Refuses."""
        raise StateError(f"{address} was not deleted, because there is no place to save it ({server_id})")


NOWHERE = Nowhere()


class Forgetting:
    """Where a person is erased: nothing of what ends is put aside, as a person asked for just that."""

    def keep(self, address: Address, path: str, value: str, why: str) -> None:
        """Keeps nothing."""

    def export(self, address: Address, server_id: str) -> str:
        """Saves nothing."""
        del address, server_id
        return ""


def put_aside(safe: Safekeeping, change: Change, operation: Operation) -> str:
    """Everything this write ends; says where an agent was saved, if one was."""
    for path in sorted(_ended_by(operation)):
        value = _value(change, operation, path)
        if value:
            safe.keep(change.address, path, value, change.reason.value)
    if not isinstance(operation, Delete) or operation.address.kind != "agent":
        return ""
    saved = [safe.export(operation.address, operation.id)] if change.loses_data else []
    along = (each for each in ids_of(change.takes_along) if each.startswith("agent-"))
    saved += [safe.export(operation.address, each) for each in along]
    return ", ".join(filter(None, saved))


def _ended_by(operation: Operation) -> Iterable[str]:
    if isinstance(operation, Update):
        return (path for path in operation.changed if is_kept(operation.address, path))
    return operation.expect if isinstance(operation, Delete) else ()


def _value(change: Change, operation: Operation, path: str) -> str:
    """The value the write expects to find, so that what is stored is what ends; an empty one is no loss."""
    live = next((field.live for field in change.fields if field.path == path), "")
    if not isinstance(live, str) or not live:
        return ""
    expect = operation.expect if isinstance(operation, Update | Delete) else {}
    if expect.get(path) != digest(live):
        raise Conflict(
            f"{change.address}: this plan would end a {path} other than the one it shows",
            hint="make a new plan",
        )
    return live


def follow_moves(history: History, outcome: Outcome) -> None:
    """Old values go with a resource that was renamed."""
    for result in outcome.results:
        if result.status is Status.DONE and result.change.moved_from is not None:
            history.move(result.change.moved_from, result.change.address)


class AgentArchive(Protocol):
    """Where agents are saved."""

    def save(self, address: Address, server_id: str) -> str:
        """Save one; says where."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Old values go into the history of this machine, agents into files."""

    history: History | None
    archive: AgentArchive
    without_history: bool = False
    """The person said to go on where an old value cannot be stored."""
    kept: list[Address] = field(default_factory=list)
    """Of which something was put aside so far."""

    def keep(self, address: Address, path: str, value: str, why: str) -> None:
        """Store a value; StateError when that failed and nobody allowed to lose it."""
        try:
            self._store(address, path, value, why)
        except StateError as error:
            if not self.without_history:
                (found,) = judge(Unstored(address, path, error))
                hint = f"{found.hint}; or let old values go this time: {found.allow}"
                raise StateError(found.summary, why=found.why, hint=hint) from error

    def export(self, address: Address, server_id: str) -> str:
        """Save an agent; never left out."""
        saved = self.archive.save(address, server_id)
        self.kept.extend([address] if saved else [])
        return saved

    def _store(self, address: Address, path: str, value: str, why: str) -> None:
        if self.history is None:
            raise StateError("there is no state file to keep it in", hint="say where one may be: --state DIR")
        self.history.keep(address, path, value, why)
        self.kept.append(address)
