"""What the record of each set will say once a plan is carried out.

In: what is desired, what is live, and a plan. Out: intents of sets, which a saved plan keeps, and from these
the records that have to be written. Pure. Nothing here is a change of a resource: a plan whose records alone
are behind is empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from reconciler.plan.identity.moved import as_planned
from reconciler.plan.identity.replacing import is_superseded
from reconciler.plan.model import Action, Change, Noted, Plan, RecordChange, SetIntent
from reconciler.record import (
    content,
    has_left,
    is_tombstone,
    lists,
    set_digest,
    with_returned,
    with_tombstones,
)
from reconciler.values import (
    Address,
    Create,
    Desired,
    Known,
    Leaves,
    Live,
    LiveResource,
    Marker,
    Owner,
    Scope,
    SetRecord,
    Update,
    digest,
    field_of,
)

T = TypeVar("T")

_EARLIER = 20
"""Digests of older desired states that a record remembers."""


def intents(
    desired: Desired,
    declared: Desired,
    live: Live,
    scope: Scope,
    noted: Mapping[Address, Noted],
    texts: Mapping[Address, Mapping[str, str]],
    by_apply: bool = True,
    let_go: Iterable[Address] = (),
) -> tuple[SetIntent, ...]:
    """Of every set the run is about; `desired` is empty where everything is destroyed, not so `declared`."""
    given = _by_owner((each, each) for each in let_go)
    wanted = _by_owner((each.address, each) for each in desired)
    there = _by_owner((address, address) for address in live.resources)
    of_set = _by_owner((address, (address, each)) for address, each in noted.items())
    texts_of = _by_owner((address, (address, each)) for address, each in texts.items())
    protected = _by_owner((each.address, each.address) for each in declared if each.policy.protect)
    given_before = {owner for owner, record in live.records.items() if record.parameters is not None}
    owners = {address.owner for address in (*desired.resources, *live.resources) if scope.covers(address)}
    owners |= {
        owner
        for owner, record in live.records.items()
        if any(map(scope.covers, record.known or record.removed))
        or (not record.known and scope.is_everything)
    }
    if scope.is_about_shared and (Owner() in live.records or any(map(is_tombstone, live.records.values()))):
        owners.add(Owner())

    def digest_of(owner: Owner) -> str:
        """Only where the run is about all of a set that is desired."""
        mine = wanted.get(owner, ())
        is_whole = all(map(scope.covers, (*(each.address for each in mine), *there.get(owner, ()))))
        return set_digest(mine) if mine and is_whole else ""

    return tuple(
        SetIntent(
            owner,
            digest_of(owner),
            frozenset((*protected.get(owner, ()), *_no_longer_declared(owner, declared, live))),
            by_apply,
            dict(of_set.get(owner, ())),
            dict(texts_of.get(owner, ())),
            frozenset(given.get(owner, ())),
            desired.run_time.get(owner),
            drops_parameters=owner in wanted and owner in given_before and owner not in desired.run_time,
        )
        for owner in sorted(owners - live.unreadable.keys(), key=str)
    )


def forgotten(live: Live) -> frozenset[Owner]:
    """Sets that have resources of ours and no record, though no release before records made them: somebody
    deleted the record, or their first apply was cut off."""
    return frozenset(
        address.owner
        for address, each in live.resources.items()
        if address.owner not in live.records and address.owner not in live.unreadable
        if each.marker is not None and each.marker.base.keys() == each.marker.of_files.keys()
    )


def trusted(plan: Plan, live: Live) -> Plan:
    """The plan whose records are believed again, as a person has looked: none says that it was made anew."""
    rest = {intent.owner for intent in plan.sets} - {change.after.owner for change in plan.records}
    others = (
        RecordChange(record, replace(record, rebuilt=False))
        for owner, record in live.records.items()
        if record.rebuilt and owner in rest
    )
    records = (replace(each, after=replace(each.after, rebuilt=False)) for each in plan.records)
    return replace(plan, records=(*records, *others))


def with_sets(plan: Plan, live: Live) -> Plan:
    """A plan that was made by hand, not from manifests, with the records of the sets it changes."""
    owners = {address.owner for change in plan.changes for address in change.addresses}
    sets = (
        SetIntent(
            owner,
            protect=live.records[owner].protect if owner in live.records else frozenset(),
            by_apply=False,
            keeps_rest=True,
        )
        for owner in sorted(owners - live.unreadable.keys(), key=str)
    )
    return with_records(replace(plan, sets=tuple(sets)), live)


def with_records(plan: Plan, live: Live) -> Plan:
    """The plan with every record that is missing, or will have to say something else."""
    sets = _Sets.of(plan, live)
    records = tuple(change for intent in plan.sets if (change := sets.change(intent)) is not None)
    return replace(plan, records=records)


def _begins(change: Change) -> bool:
    """Whether a set becomes ours by this, or goes on to be made."""
    return change.action in (Action.CREATE, Action.ADOPT) or change.moved_from is not None


def _no_longer_declared(owner: Owner, declared: Desired, live: Live) -> Iterator[Address]:
    """What the manifests protected when they last named it."""
    record = live.records.get(owner)
    return (address for address in (record.protect if record else ()) if address not in declared.resources)


def _by_owner(pairs: Iterable[tuple[Address, T]]) -> dict[Owner, list[T]]:
    """Values by the set of their address, in one pass: there may be a hundred thousand sets."""
    found: dict[Owner, list[T]] = {}
    for address, value in pairs:
        found.setdefault(address.owner, []).append(value)
    return found


@dataclass(frozen=True, slots=True)
class _Sets:
    """A plan and what it was made for, by set."""

    project: str
    records: Mapping[Owner, SetRecord]
    live: Mapping[Owner, list[tuple[Address, LiveResource]]]
    """As it was read, under the addresses of the plan."""
    changes: Mapping[Owner, list[Change]]
    left: Mapping[Owner, list[tuple[Address, Address]]]
    """Former and new address of what moves, by the set it moves out of."""
    made: Mapping[Owner, list[Address]]
    deferred: frozenset[Owner]
    """Sets of which something is left for later, or refused."""
    waiting: frozenset[Address]
    """What is left for later: what was last applied to it stays what it was."""
    refused: frozenset[Address]
    forgotten: frozenset[Owner]
    """Sets whose record is lost, as far as can be told: of those that something is made of, the first apply
    was cut off."""
    written: Mapping[Address, _Written]
    unmanaged: Mapping[str, LiveResource]
    """By id, what bears no mark as it was read: some of it is taken over."""
    takes_over: bool = False
    """Whether the shared record is written by this run and lists whoever has a tombstone."""

    @classmethod
    def of(cls, plan: Plan, live: Live) -> _Sets:
        """Everything in one pass each."""
        moves = ((each.moved_from, each.address) for each in plan.changes if each.moved_from)
        let_go = frozenset(each for intent in plan.sets for each in intent.let_go if each in live.handed_over)
        refused = frozenset(live.refused) - let_go
        return cls(
            plan.project,
            live.records,
            _by_owner(
                (address, (address, each)) for address, each in as_planned(plan, live).resources.items()
            ),
            _by_owner((each.address, each) for each in plan.changes),
            _by_owner((old, (old, new)) for old, new in moves if not is_superseded(old)),
            _by_owner((address, address) for address in plan.makes),
            frozenset(
                (
                    *(each.address.owner for each in plan.kept if each.action is Action.DEFER),
                    *(address.owner for address in refused),
                )
            ),
            frozenset(each.address for each in plan.kept if each.action is Action.DEFER),
            refused,
            forgotten(live) - {each.address.owner for each in plan.changes if _begins(each)},
            dict(_written(plan.changes)),
            {each.id: each for each in live.unmanaged},
            plan.owns_shared and any(each.owner.is_shared and each.by_apply for each in plan.sets),
        )

    def change(self, intent: SetIntent) -> RecordChange | None:
        """What becomes of the record of one set; None when it stays as it is."""
        before = self.records.get(intent.owner)
        after = self._after(intent, self._start(before, intent.owner))
        after = self._with_who_left(intent, before, after)
        if before is None and not (after.known or after.left):
            return None
        if before is not None and _told(before) == _told(after):
            return None
        is_new = before is None or not before.known
        is_back = is_new and has_left(self.records, intent.owner)
        anew = frozenset(self._anew(intent.owner, is_back))
        is_listed = lists(self.records.get(Owner()), intent.owner)
        return RecordChange(before, after, anew, returns=is_new and is_listed and intent.by_apply)

    def _start(self, before: SetRecord | None, owner: Owner) -> SetRecord:
        """What the record of a set goes on from: after its user left, from nothing."""
        if before is None:
            return SetRecord(self.project, owner)
        if is_tombstone(before):
            return SetRecord(self.project, owner, before.serial, removed=before.removed, id=before.id)
        return before

    def _with_who_left(self, intent: SetIntent, before: SetRecord | None, after: SetRecord) -> SetRecord:
        """With who left: the shared record lists them, that of a set is a tombstone until then."""
        if not intent.owner.is_shared:
            is_ended = before is not None and is_tombstone(before) and not after.known
            if before is not None and is_ended and not self._will_list(intent.owner):
                return before
            return replace(after, left={}, salt="")
        if intent.keeps_rest or not intent.by_apply:
            return after
        there = [owner for owner, record in self.records.items() if record.known]
        return with_tombstones(with_returned(after, there), self._tombstones)

    def _will_list(self, owner: Owner) -> bool:
        """Whether the shared record names a user who left by the time a tombstone goes."""
        return self.takes_over or lists(self.records.get(Owner()), owner)

    @property
    def _tombstones(self) -> list[SetRecord]:
        return [each for each in self.records.values() if self.takes_over and is_tombstone(each)]

    def _anew(self, owner: Owner, is_back: bool) -> Iterator[Address]:
        """What begins where something was: the record of the set tells, or that of the shared one."""
        record = self.records.get(owner)
        adopted = (each.address for each in self.changes.get(owner, ()) if each.action is Action.ADOPT)
        before = {*record.known, *record.former, *record.removed, *record.replacing} if record else ()
        for address in (*self.made.get(owner, ()), *adopted):
            if is_back or address in before:
                yield address

    def _after(self, intent: SetIntent, record: SetRecord) -> SetRecord:
        owner = intent.owner
        changes = self.changes.get(owner, ())
        known = dict(self._known(intent))
        former = {**record.former, **dict(self.left.get(owner, ()))}
        wanted = record.digest if owner in self.deferred else intent.digest or record.digest
        moved_on = bool(record.digest) and wanted != record.digest
        is_first = bool(intent.digest) and not record.serial
        deleted = {each.address for each in changes if each.action is Action.DELETE}
        return replace(
            record,
            applied=record.applied or (intent.by_apply and (bool(changes) or moved_on or is_first)),
            digest=wanted,
            earlier=(record.digest, *record.earlier)[:_EARLIER] if moved_on else record.earlier,
            known=known,
            texts=dict(self._texts(intent, known)),
            accepted=dict(self._accepted(owner, known)),
            former={old: new for old, new in former.items() if old not in known},
            removed=frozenset(a for a in record.removed | deleted if a not in known and not is_superseded(a)),
            protect=frozenset(address for address in intent.protect if address in known),
            replacing={},
            parameters=self._parameters(intent, record) if known else None,
            rebuilt=record.rebuilt or owner in self.forgotten,
        )

    def _known(self, intent: SetIntent) -> Iterator[tuple[Address, Known]]:
        owner = intent.owner
        anew = self.made.get(owner, ())
        changes = self.changes.get(owner, ())
        ended = {each.address for each in changes if each.action in (Action.DELETE, Action.FORGET)}
        for address, resource in self.live.get(owner, ()):
            if address not in ended and address not in anew and not is_superseded(address):
                yield address, _of_live(resource, self.written.get(address), self._noted(intent, address))
        for change in changes:
            if change.action is Action.ADOPT and change.id in self.unmanaged:
                taken, address = self.unmanaged[change.id], change.address
                yield address, _of_live(taken, self.written.get(address), self._noted(intent, address))
        for address in anew:
            yield address, _of_made(address, self.written[address])
        if owner in self.records:
            before = self.records[owner].known
            kept = self._untouched(owner) if intent.keeps_rest else (self.refused & before.keys()) - ended
            yield from ((address, before[address]) for address in kept)

    def _untouched(self, owner: Owner) -> Iterator[Address]:
        """What the record knows, no change names, and nothing else has taken the place of."""
        touched = {address for each in self.changes.get(owner, ()) for address in each.addresses}
        touched |= {old for old, _ in self.left.get(owner, ())}
        there = {address: each.id for address, each in self.live.get(owner, ())}
        for address, known in self.records[owner].known.items():
            if address not in touched and there.get(address, known.id) == known.id:
                yield address

    def _parameters(self, intent: SetIntent, record: SetRecord) -> Mapping[str, Any] | None:
        """Those of the set, which may have had another name."""
        if intent.drops_parameters:
            return None
        moved = {each.moved_from.owner for each in self.changes.get(intent.owner, ()) if each.moved_from}
        former = (self.records[owner].parameters for owner in sorted(moved, key=str) if owner in self.records)
        of_before = next((each for each in (record.parameters, *former) if each is not None), None)
        return of_before if intent.parameters is None else intent.parameters

    def _noted(self, intent: SetIntent, address: Address) -> Noted:
        return {} if address in self.waiting else intent.noted.get(address, {})

    def _accepted(
        self, owner: Owner, known: Iterable[Address]
    ) -> Iterator[tuple[Address, Mapping[str, str]]]:
        """What was settled of what is still there, under its new address where it moves."""
        for address, old, record in self._before(owner, known):
            if old in record.accepted:
                yield address, record.accepted[old]

    def _before(self, owner: Owner, known: Iterable[Address]) -> Iterator[tuple[Address, Address, SetRecord]]:
        """Each address with the one it had before, in this set or in another, and the record of that set."""
        changes = self.changes.get(owner, ())
        moved = {each.address: each.moved_from for each in changes if each.moved_from}
        for address in known:
            old = moved.get(address, address)
            yield address, old, self.records.get(old.owner) or SetRecord(self.project, old.owner)

    def _texts(
        self, intent: SetIntent, known: Mapping[Address, Known]
    ) -> Iterator[tuple[Address, dict[str, str]]]:
        """Those that are known now, and those that were noted before as long as they count as applied."""
        for address, old, record in self._before(intent.owner, known):
            base = known[address].base
            texts = {**record.texts.get(old, {}), **intent.texts.get(address, {})}
            if kept := {path: text for path, text in texts.items() if base.get(path) == digest(text)}:
                yield address, kept


@dataclass(frozen=True, slots=True)
class _Written:
    marker: Marker
    leaves: Leaves


def _written(changes: Iterable[Change]) -> Iterator[tuple[Address, _Written]]:
    """What the writes of a plan note as applied; one that gives up its address notes nothing."""
    for change in changes:
        for operation in change.operations:
            if isinstance(operation, Create):
                yield operation.address, _Written(operation.marker, operation.leaves)
                for block in operation.inline:
                    yield block.address, _Written(block.marker, block.leaves)
            elif isinstance(operation, Update):
                marker = operation.marker
                if marker is not None and marker.address == operation.address:
                    yield operation.address, _Written(marker, operation.after)


def _of_live(live: LiveResource, written: _Written | None, noted: Noted) -> Known:
    """A group is written whole, everything else field by field."""
    leaves = live.leaves
    if written is not None:
        leaves = written.leaves if live.kind == "group" else {**leaves, **written.leaves}
    base = {**(live.marker.base if live.marker else {}), **noted}
    applied = {path: found for path, found in base.items() if found is not None}
    label = _label(live.kind, live.server_name, leaves)
    return Known(live.id, _without_files(applied), live.made, label, _members(leaves))


def _of_made(address: Address, written: _Written) -> Known:
    """Its id is known once it is made."""
    leaves = written.leaves
    label = _label(address.kind, address.name, leaves)
    return Known("", _without_files(written.marker.base), "", label, _members(leaves))


def _without_files(base: Mapping[str, str]) -> dict[str, str]:
    """Digests, but of no file: those stay on their folder."""
    return {path: found for path, found in base.items() if field_of(path) != "files"}


def _label(kind: str, name: str, leaves: Leaves) -> str:
    if kind == "block":
        return str(leaves.get("label", name))
    return name if kind == "tool" else ""


def _members(leaves: Leaves) -> tuple[str, ...]:
    return tuple(sorted(str(leaf) for path, leaf in leaves.items() if field_of(path) == "agents"))


def _told(record: SetRecord) -> SetRecord:
    """What two records are compared by: a date that was not noted when a resource was made does not count."""
    known = {address: replace(each, made="") for address, each in record.known.items()}
    return replace(content(record), known=known, id="")
