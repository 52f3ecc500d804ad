"""The plan: everything an apply will do, and everything it will only say.

In: compared resources. Out: frozen records, in a fixed order, that reports print, guards judge, the
Executor carries out and a file can hold. It must not read anything or decide anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Annotated, Any, TypeAlias

from reconciler.codec import Always, AsGiven, Form, Key, Never, OrEmpty
from reconciler.compare.field_change import FieldChange
from reconciler.errors import Diagnostic, Origin, Severity
from reconciler.kinds import KINDS
from reconciler.record import AT_ONCE, is_over
from reconciler.rules import AS_THEY_ARE, Level, Turns
from reconciler.rules.ledger import RULES
from reconciler.values import (
    Address,
    Complete,
    Create,
    Delete,
    Effect,
    Operation,
    Owner,
    SetRecord,
    Update,
    field_of,
    requests,
)


class Action(Enum):
    """What happens to one resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    ADOPT = "adopt"
    FORGET = "forget"
    ATTACH = "attach"
    DETACH = "detach"
    KEEP = "keep"
    """Said, not done."""
    DEFER = "defer"
    """Not now: the agent has a run in flight, or the server moved since the plan was saved."""


class Reason(Enum):
    """Why it happens."""

    NOT_FOUND = "not_found"
    FIELD_CHANGED = "field_changed"
    DRIFTED = "drifted"
    IMMUTABLE_CHANGED = "immutable_changed"
    MOVED = "moved"
    """It has another address in the manifests; the resource itself stays."""
    DEPENDENCY_REPLACED = "dependency_replaced"
    MARKER_OUTDATED = "marker_outdated"
    """Live is as desired; only what the mark says of its files is behind."""
    NOT_DECLARED = "not_declared"
    MUST_NOT_EXIST = "must_not_exist"
    DESTROY = "destroy"
    LEARNED = "learned"
    SEED_CHANGED = "seed_changed"
    """The manifest's seed moved, but the agent has learned since: live stays."""
    MERGE_CONFLICT = "merge_conflict"
    """The manifest and the agent moved a merged text apart: neither is written."""
    RESEEDED = "reseeded"
    """A person asked for the seed, over what was learned."""
    RESTORED = "restored"
    """A person asked for an old value back."""
    ADOPTED = "adopted"
    """It was somebody else's, or nobody's, and a person asked to take it over."""
    TAKEN_OVER = "taken_over"
    """It was made at run time under a label that is declared now; what stands in it stays."""
    RELEASED = "released"
    """A person asked to let it go without ending it."""
    OUTDATED = "outdated"
    """The server moved since the plan was saved, and a person asked to leave such things out."""
    NEEDS_OUTDATED = "needs_outdated"
    """It needs one that was left out so."""
    MARK_LOST = "mark_lost"
    """Somebody took our mark off it; it was known by its id, and is marked again."""
    CROSSING = "crossing"
    """Somebody tied it to another user or project: a person has to say what is right."""
    CANNOT_UNSET = "cannot_unset"
    """The manifest dropped a field which the server cannot un-set: live stays."""


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one resource, why, and the writes that make it so."""

    address: Address
    action: Action
    reason: Reason
    server_name: Always[str] = ""
    id: Always[str] = ""
    """Server id of the live resource; empty when there is none."""
    fields: Always[tuple[FieldChange, ...]] = ()
    operations: Always[tuple[Operation, ...]] = ()
    afterwards: Always[tuple[Operation, ...]] = ()
    """Writes that wait until everything that needs this resource is there or has moved over."""
    requires: Always[frozenset[Address]] = frozenset()
    """Addresses whose change must be done first."""
    carried_by: Address | None = None
    """The agent whose create request makes this private block."""
    moved_from: Address | None = None
    """The address it had before."""
    fingerprint: Always[str] = ""
    """Of the live resource this was planned against; empty when there was none."""
    messages: Always[int] = 0
    """How many messages an agent would lose with it, those of its conversations included."""
    passages: int = 0
    """How many archival passages an agent that said nothing would lose with it."""
    used_by: tuple[str, ...] = ()
    """Agents outside the plan that would lose it, or get what takes its place, by name and id."""
    takes_along: tuple[str, ...] = ()
    """Background agents that the server made for it and ends with it, and their groups, by name and id."""
    protected: Always[bool] = False
    """The manifests forbid that it ends."""
    origin: OrEmpty[Origin] = None

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where the resource is, and where it was when the server was read."""
        return (self.address, self.moved_from) if self.moved_from else (self.address,)

    @property
    def writes(self) -> int:
        """Requests this change sends."""
        return sum(requests(each) for each in (*self.operations, *self.afterwards))

    @property
    def destroys(self) -> bool:
        """Whether the live resource ends."""
        return self.action in (Action.DELETE, Action.REPLACE)

    @property
    def loses_data(self) -> bool:
        """Whether what an agent said or remembers ends with it."""
        return self.destroys and self.address.kind == "agent" and bool(self.messages or self.passages)

    @property
    def is_said_once(self) -> bool:
        """Whether the next plan says no more of it: what the manifests dropped and the server keeps."""
        return self.action is Action.KEEP and self.reason is Reason.CANNOT_UNSET

    @property
    def is_done_by_apply(self) -> bool:
        """Whether an apply does something about it, rather than only say it."""
        return self.action not in (Action.KEEP, Action.DEFER)


@dataclass(frozen=True, slots=True)
class Finding:
    """One field that differs without any intent of the manifests."""

    address: Address
    field: FieldChange


def _words_of(turns: Turns, _: Any) -> dict[str, str]:
    return {name: level.value for name, level in sorted(turns.levels.items())}


def _turns_of(raw: Any, _: Any) -> Turns:
    """What this program knows of them; the project that is configured at apply has the say."""
    if not isinstance(raw, dict):
        raise ValueError("an object is expected: levels by the names of rules")
    return Turns({name: Level(word) for name, word in raw.items() if name in RULES})


_TURNS_SCHEMA = {"type": "object", "additionalProperties": {"type": "string"}}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one apply of a project may lose or change (`guard/limits` says what is counted), and which
    rules the project turned."""

    max_deletes: Always[int] = 5
    max_overwrites: Always[int] = 20
    max_change_percent: Always[int | None] = None
    """Off unless a project sets it."""
    rules: Annotated[Turns, Form(_words_of, _turns_of, _TURNS_SCHEMA)] = AS_THEY_ARE
    """Levels the project gave to rules, by name."""


Noted: TypeAlias = Mapping[str, str | None]
"""Path to digest of what counts as applied from now on; None for what counts no longer."""


@dataclass(frozen=True, slots=True)
class SetIntent:
    """What a plan is about to make of one set as a whole, which its record says afterwards."""

    owner: Annotated[Owner, Key("set")]
    digest: Always[str] = ""
    """Of what is desired of the set; empty when nothing is, or when the run is about a part of it."""
    protect: Always[frozenset[Address]] = frozenset()
    """What of it must not end, also what is no longer declared."""
    by_apply: Always[bool] = True
    """Whether an apply makes it; otherwise a program does, for a user it brought along."""
    noted: Mapping[Address, Noted] = field(default_factory=dict)
    """What will count as last applied, where that is something else than before."""
    texts: Mapping[Address, Mapping[str, str]] = field(default_factory=dict)
    """What merges will start from, by path, as far as the manifests or the server still have it."""
    let_go: frozenset[Address] = frozenset()
    """What somebody else took over and nothing declares any more: its record says no more of it."""
    parameters: Never[Mapping[str, Any] | None] = None
    """What a program gives a user of its own; None where the record goes on saying what it says. No
    file holds it: a program may have given others since."""
    drops_parameters: bool = False
    """Whether a document names the user by now, so that no parameters of a program count any more."""
    keeps_rest: Never[bool] = False
    """Whether the plan was made by hand, for a few resources: of all others the record says what it said."""


@dataclass(frozen=True, slots=True)
class RecordChange:
    """What the record of a set says, and what it will say once the plan is carried out."""

    before: SetRecord | None
    after: SetRecord
    anew: frozenset[Address] = frozenset()
    """What is made, or adopted, where an earlier resource was: a copy of that one may bear the same mark."""
    returns: bool = False
    """Whether an apply makes the set of a user who left."""


@dataclass(frozen=True)
class Plan:
    """All changes of one run, dependencies first."""

    project: str
    server: Always[str] = ""
    """URL of the server it was made for."""
    limits: Annotated[Always[Limits], Key("safety")] = Limits()
    compared: Always[int] = 0
    """Resources of ours on the server within the scope of the run."""
    is_whole: Annotated[Always[bool], Key("whole")] = False
    """Whether the run was about the whole project."""
    changes: Always[tuple[Change, ...]] = ()
    kept: Always[tuple[Change, ...]] = ()
    """Said, not done."""
    drift: Always[tuple[Finding, ...]] = ()
    learned: Always[tuple[Finding, ...]] = ()
    conflicts: Always[tuple[Finding, ...]] = ()
    diagnostics: Always[tuple[Diagnostic, ...]] = ()
    silent: tuple[Diagnostic, ...] = ()
    """What the project made silent; whoever applies a saved plan may not have."""
    ids: Always[AsGiven[Mapping[str, str]]] = field(default_factory=dict)
    """Address text to server id, for every live resource an operation may name."""
    sets: Always[tuple[SetIntent, ...]] = ()
    """Every set the run is about; in a file, those that it changes, or whose record is behind."""
    reads: Never[int] = 0
    """Requests it took to make this plan."""
    records: Never[tuple[RecordChange, ...]] = ()
    """Records that are not as they have to be; no change of a resource, so a plan without any is empty."""
    stays: Never[tuple[str, ...]] = ()
    """What others have, too, of what persons left who are erased."""
    erases: Never[bool] = False
    """Whether it erases persons: nothing that ends is put aside."""
    owns_shared: bool = True
    """Whether the run may write the record of the shared set; of several shards only the first one does."""

    def saying(self, *found: Diagnostic) -> Plan:
        """The plan that says this, too; everything it says as loud as the project wants it."""
        rules = self.limits.rules
        levelled = [rules.levelled(each) for each in (*self.diagnostics, *found, *self.silent)]
        return replace(
            self,
            diagnostics=tuple(each for each in levelled if not rules.is_silent(each)),
            silent=tuple(each for each in levelled if rules.is_silent(each)),
        )

    @property
    def is_empty(self) -> bool:
        """Whether an apply would do nothing."""
        return not self.changes

    @property
    def needs_a_person(self) -> bool:
        """Whether a text that was to be merged moved apart: an apply leaves it."""
        return any(each.field.effect is Effect.MERGE for each in self.conflicts)

    @property
    def has_errors(self) -> bool:
        """Whether it may be printed but never applied."""
        return any(diagnostic.severity is Severity.ERROR for diagnostic in self.diagnostics)

    @property
    def has_refusals(self) -> bool:
        """Whether addresses were left out of which nobody can tell what they are."""
        return any(diagnostic.severity is Severity.REFUSED for diagnostic in self.diagnostics)

    @property
    def writes(self) -> int:
        """Requests an apply sends when nothing has to be tried twice."""
        return sum(change.writes for change in self.changes)

    @property
    def looks(self) -> int:
        """Requests an apply sends to look again at what it is about to change or delete."""
        return sum(
            _looks(operation)
            for change in self.changes
            for operation in (*change.operations, *change.afterwards)
        )

    @property
    def makes(self) -> Mapping[Address, str]:
        """Everything an apply makes anew, with the id of what it replaces, or nothing."""
        return {
            address: change.id
            for change in self.changes
            for operation in change.operations
            if isinstance(operation, Create)
            for address in (operation.address, *(block.address for block in operation.inline))
        }

    @property
    def needs_lock(self) -> bool:
        """Whether machines that do not share a cache have to be kept out."""
        return bool(self.records or self.makes) or any(change.destroys for change in self.changes)

    @property
    def reaches_everybody(self) -> bool:
        """Whether resources of any set may have to be told of a shared one that is replaced."""
        return any(
            change.action is Action.REPLACE and change.address.owner.is_shared for change in self.changes
        )

    @property
    def looked_up(self) -> Mapping[Address, str]:
        """What somebody else may have made since; of a group all of whose members are made as well, these
        tell: who made it made them first."""
        makes = self.makes
        made = {str(address) for address in makes}
        implied = {
            operation.address
            for change in self.changes
            for operation in change.operations
            if isinstance(operation, Create) and operation.address.kind == "group"
            if made.issuperset(
                str(leaf) for path, leaf in operation.leaves.items() if field_of(path) == "agents"
            )
        }
        return {address: known for address, known in makes.items() if address not in implied}

    @property
    def lock_requests(self) -> int:
        """Requests of that lock: to take it, to see who has one and what came meanwhile, to give it back."""
        kinds = {address.kind for address in self.looked_up}
        looks = 1 + bool(kinds & {"agent", "block"}) + ("group" in kinds)
        return 2 + looks if self.needs_lock else 0

    @property
    def records_in_doubt(self) -> tuple[RecordChange, ...]:
        """Records that have to be read again under that lock. Of a set that has none yet and gets its first
        resources, these tell whether somebody was there."""
        new = {address.owner for address in self.makes}
        return tuple(each for each in self.records if each.before is not None or each.after.owner not in new)

    @property
    def departing(self) -> frozenset[Owner]:
        """Users whose whole set an apply ends: the shared record remembers that they left, or a tombstone."""
        ending = {change.address.owner for change in self.changes if change.action is Action.DELETE}
        return frozenset(
            each.after.owner
            for each in self.records
            if each.after.owner in ending and not each.after.owner.is_shared
            if is_over(each.after)
        )

    @property
    def returning(self) -> frozenset[Owner]:
        """Users who left and are declared again: the shared record remembers that no more."""
        return frozenset(each.after.owner for each in self.records if each.returns)

    @property
    def writes_who_left(self) -> bool:
        """Whether the shared record is to say something else of who left."""
        return self.owns_shared and bool(self.departing or self.returning)

    @property
    def records_read(self) -> frozenset[Owner]:
        """Sets whose record is read again under that lock."""
        shared = {Owner()} if self.writes_who_left else set()
        return frozenset({each.after.owner for each in self.records_in_doubt} | shared)

    @property
    def record_requests(self) -> int:
        """Requests to read the records of changed sets under that lock, and to write each of them."""
        begun = sum(bool(each.anew) for each in self.records)
        written = {each.after.owner for each in self.records} | ({Owner()} if self.writes_who_left else set())
        return -(-len(self.records_read) // AT_ONCE) + len(written) + begun

    def count(self, action: Action) -> int:
        """How many changes do this."""
        return sum(change.action is action for change in self.changes)


def _looks(operation: Operation) -> int:
    """For what an agent may have learned meanwhile, and what others added to a field that is sent whole."""
    if isinstance(operation, Complete):
        return int(operation.needs_group)
    if not isinstance(operation, Update | Delete):
        return 0
    learned = int(bool(operation.expect))
    return learned + _is_sent_whole(operation) if isinstance(operation, Update) else learned


def _is_sent_whole(update: Update) -> bool:
    kind, changed = update.address.kind, {field_of(path) for path in update.changed}
    if kind in ("group", "tool"):
        return kind == "tool" or bool(changed & {"agents", "order"})
    whole = KINDS[kind].marker_fields
    return update.marker is not None and bool(whole & changed if update.is_marked else whole)
