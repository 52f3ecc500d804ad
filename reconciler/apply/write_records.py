"""Writes the records of the sets a plan changed: before it begins, where it makes again what one knows, and
once it is through.

In: a plan, its outcome, and a transport. Out: sets whose record could not be written, and why. Whoever calls
it holds the lock that keeps all other writers out.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Self

from reconciler.apply.outcome import Outcome, Status
from reconciler.errors import ReconcilerError, StalePlan, UnknownOutcome
from reconciler.plan.model import Action, Change, Plan, RecordChange
from reconciler.record import (
    Made,
    content,
    is_over,
    is_tombstone,
    renewed,
    settle,
    tombstone,
    with_departed,
    with_not_kept,
    with_returned,
)
from reconciler.remote.http.transport import Sends
from reconciler.remote.marks.record_blocks import Records, records_of, write_record
from reconciler.remote.write.safe_create import Doubt, until
from reconciler.values import Address, Create, Marker, Owner, SetRecord

_REMEMBERED = timedelta(days=365)
"""How long a user who left stays away."""
_SALT = 8
"""Bytes."""
_RUN = 4
"""Bytes that name a run."""


def _today() -> date:
    return datetime.now(UTC).date()


def check_unmoved(transport: Sends, plan: Plan) -> Records:
    """StalePlan when somebody wrote one of the records since the plan was made; asked under the lock.

    The records that were read, with that of the shared set where the plan will write it.
    """
    if not plan.records_read:
        return Records()
    found = records_of(transport, plan.project, plan.records_read)
    for change in plan.records_in_doubt:
        owner = change.after.owner
        now = found.records.get(owner)
        if owner in found.unreadable:
            raise StalePlan(found.unreadable[owner].summary, hint="plan again")
        if (now.serial if now else 0) != (change.before.serial if change.before else 0):
            raise StalePlan(
                "somebody else applied while this was planned",
                why=f"{owner} was written since",
                hint="plan again",
            )
    return found


@dataclass(frozen=True, slots=True)
class Remembered:
    """What became of the records of one plan."""

    written: tuple[SetRecord, ...] = ()
    """As they stand on the server now; those that were taken away are none of them."""
    failed: Mapping[Owner, ReconcilerError] = field(default_factory=dict)
    """Sets whose record could not be written."""

    @classmethod
    def of(cls, parts: Collection[Remembered]) -> Self:
        """All of them together."""
        failed = {owner: error for part in parts for owner, error in part.failed.items()}
        return cls(tuple(each for part in parts for each in part.written), failed)


@dataclass(frozen=True, slots=True)
class _Moving:
    """Users who leave with a plan, and users who left before and are back."""

    out: frozenset[Owner] = frozenset()
    back: frozenset[Owner] = frozenset()


@dataclass(frozen=True)
class Remembering:
    """Writes records of one plan."""

    transport: Sends
    doubt: Doubt
    made_at: Callable[[str], str]
    """When a resource of an id was made, as far as the server said so."""
    today: Callable[[], date] = _today
    under_lock: Records | None = None
    """What was read under the lock, if anything was."""

    def begin(self, plan: Plan) -> Plan:
        """Note what is about to be made again; the plan with the records as they are then, whose new marks
        name this run.

        A run that dies after that leaves a resource that bears the mark and not the id of its record: without
        the note it would be taken for a copy, and beside a copy the run tells which is which.
        """
        run = secrets.token_hex(_RUN)
        records = tuple(self._begun(plan.project, change, run) for change in plan.records)
        noted = {address for change in plan.records for address in change.anew}
        changes = tuple(_marked(change, noted, run) for change in plan.changes) if noted else plan.changes
        return replace(plan, records=records, changes=changes)

    def end(self, plan: Plan, outcome: Outcome) -> Remembered:
        """Write what became of each set.

        The shared one comes after them, as it also remembers whose set ended; then tombstones go, which it
        has taken over.
        """
        made = dict(self._made(outcome))
        undone = {result.change.address for result in outcome.results if result.status is not Status.DONE}
        shared = next((each for each in plan.records if each.after.owner.is_shared), None)
        over = [each for each in plan.records if _takes_away(each)]
        left = plan.departing - {address.owner for address in undone}
        sets: list[Remembered] = []
        there: set[Owner] = set()
        for change in plan.records:
            if change is not shared and change not in over:
                record = with_not_kept(_settled(change, made, undone), outcome.not_kept)
                there |= {record.owner} if record.known else set()
                is_buried = record.owner in left and not plan.owns_shared
                sets.append(self._written(change.before, self._buried(record) if is_buried else record))
        failed = Remembered.of(sets).failed
        moving = _Moving()
        if plan.owns_shared:
            moving = _Moving(left - failed.keys(), (plan.returning & there) - failed.keys())
        settled = with_not_kept(_settled(shared, made, undone), outcome.not_kept) if shared else None
        listed = self._end_shared(plan.project, shared, settled, moving)
        taken = () if listed.failed else [self._written(each.before, each.after) for each in over]
        return Remembered.of((*sets, listed, *taken))

    def _buried(self, record: SetRecord) -> SetRecord:
        """What stays of a set that ended, where the shared record is somebody else's to write."""
        return tombstone(record, self.today().isoformat(), secrets.token_hex(_SALT))

    def _end_shared(
        self, project: str, change: RecordChange | None, record: SetRecord | None, moving: _Moving
    ) -> Remembered:
        """`change` and its settled `record` are None where nothing shared changed."""
        if record is None and not (moving.out or moving.back):
            return Remembered()
        try:
            before = change.before if change else self._shared_record(project)
        except ReconcilerError as error:
            return Remembered(failed={Owner(): error})
        record = record or before or SetRecord(project, Owner())
        record = with_returned(record, moving.back)
        if moving.out:
            today = self.today()
            since = (today - _REMEMBERED).isoformat()
            record = with_departed(record, moving.out, today.isoformat(), since, secrets.token_hex(_SALT))
        return self._written(before, record)

    def _written(self, before: SetRecord | None, record: SetRecord) -> Remembered:
        """Write the record where it says something new."""
        if is_over(record) if before is None else content(record) == content(before):
            return Remembered()
        try:
            written = self._write(before, record)
        except ReconcilerError as error:
            return Remembered(failed={record.owner: error})
        return Remembered() if is_over(written) else Remembered((written,))

    def _shared_record(self, project: str) -> SetRecord | None:
        found = self.under_lock or records_of(self.transport, project, {Owner()})
        if Owner() in found.unreadable:
            raise ReconcilerError(found.unreadable[Owner()].summary)
        return found.records.get(Owner())

    def _begun(self, project: str, change: RecordChange, run: str) -> RecordChange:
        if not change.anew:
            return change
        before = change.before or SetRecord(project, change.after.owner)
        begun = replace(before, replacing={**before.replacing, **dict.fromkeys(change.anew, run)})
        return replace(change, before=self._write(change.before, begun))

    def _write(self, before: SetRecord | None, record: SetRecord) -> SetRecord:
        """The record as it stands then; its number is that of this write."""
        record = renewed(before, replace(record, id=before.id if before else ""))
        try:
            return write_record(self.transport, before, record)
        except UnknownOutcome:
            if before is not None and before.id:
                raise
            standing = until(lambda: self._standing(record), self.doubt)
            return standing or write_record(self.transport, before, record)

    def _standing(self, record: SetRecord) -> SetRecord | None:
        return records_of(self.transport, record.project, {record.owner}).records.get(record.owner)

    def _made(self, outcome: Outcome) -> Iterator[tuple[Address, Made]]:
        for result in outcome.results:
            if result.status is Status.DONE and result.id and result.change.action is not Action.DELETE:
                yield result.change.address, Made(result.id, self.made_at(result.id))


def _marked(change: Change, noted: Collection[Address], run: str) -> Change:
    """The change whose new resources bear the run that makes them, where the record noted it."""
    operations = tuple(
        replace(
            each,
            marker=_of_run(each.marker, noted, run),
            inline=tuple(replace(b, marker=_of_run(b.marker, noted, run)) for b in each.inline),
        )
        if isinstance(each, Create)
        else each
        for each in change.operations
    )
    return change if operations == change.operations else replace(change, operations=operations)


def _of_run(marker: Marker, noted: Collection[Address], run: str) -> Marker:
    return replace(marker, run=run) if marker.address in noted else marker


def _takes_away(change: RecordChange) -> bool:
    """Whether a tombstone goes, as the shared record lists its user."""
    return change.before is not None and is_tombstone(change.before) and is_over(change.after)


def _settled(change: RecordChange, made: Mapping[Address, Made], undone: Collection[Address]) -> SetRecord:
    """What the record says once the run is over; what was begun and not done stays noted.

    A user who is renamed moves from one record to another: the old one knows what has not moved yet.
    """
    owner, moves_out = change.after.owner, frozenset(change.after.former.values())
    unsettled = frozenset(each for each in undone if each.owner == owner or each in moves_out)
    record = settle(change.before, change.after, made, unsettled)
    begun = change.before.replacing if change.before else {}
    return replace(record, replacing={a: run for a, run in begun.items() if a in unsettled})
