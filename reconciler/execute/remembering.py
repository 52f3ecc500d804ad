"""Writes the records of the sets a plan changed: before it begins, where it makes again what one knows, and
once it is through.

In: a plan, its outcome, and a transport. Out: sets whose record could not be written, and why. Whoever calls
it holds the lock that keeps all other writers out.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from reconciler.errors import ReconcilerError, StalePlan, UnknownOutcome
from reconciler.execute.outcome import Outcome, Status
from reconciler.plan.model import Action, Plan, RecordChange
from reconciler.record import Made, content, renewed, settle, with_departed
from reconciler.remote.certain import Doubt, until
from reconciler.remote.records import Sends, is_over, records_of, write_record
from reconciler.values import Address, Owner, SetRecord

_SALT = 8
"""Bytes."""
_BEGUN = "begun"
"""What is noted of a resource that is about to be made again."""


def _today() -> date:
    return datetime.now(UTC).date()


def check_unmoved(transport: Sends, plan: Plan) -> None:
    """StalePlan when somebody wrote one of the records since the plan was made; asked under the lock."""
    asked = plan.records_in_doubt
    if not asked:
        return
    found = records_of(transport, plan.project, {change.after.owner for change in asked})
    for change in asked:
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


@dataclass(frozen=True)
class Remembering:
    """Writes records of one plan."""

    transport: Sends
    doubt: Doubt
    made_at: Callable[[str], str]
    """When a resource of an id was made, as far as the server said so."""
    owns_shared: bool = True
    """Whether this run may write the record of the shared set; of several shards only the first one does."""
    today: Callable[[], date] = _today

    def begin(self, plan: Plan) -> Plan:
        """Note what is about to be made again; the plan with the records as they are then.

        A run that dies after that leaves a resource that bears the mark and not the id of its record: without
        the note it would be taken for a copy.
        """
        records = tuple(self._begun(plan, change) for change in plan.records)
        return replace(plan, records=records)

    def end(self, plan: Plan, outcome: Outcome) -> Mapping[Owner, ReconcilerError]:
        """Write what became of each set; sets whose record could not be written."""
        made = dict(self._made(outcome))
        undone = {result.change.address for result in outcome.results if result.status is not Status.DONE}
        failed: dict[Owner, ReconcilerError] = {}
        for change in plan.records:
            unsettled = _of(change.after.owner, undone)
            record = settle(change.before, change.after, made, unsettled)
            begun = change.before.replacing if change.before else {}
            record = replace(record, replacing={a: run for a, run in begun.items() if a in unsettled})
            if change.before is not None and content(record) == content(change.before):
                continue
            if change.before is None and is_over(record):
                continue
            try:
                self._write(change.before, record)
            except ReconcilerError as error:
                failed[change.after.owner] = error
        owners = {*failed, *(address.owner for address in undone)}
        failed |= self._note_who_left(plan, owners)
        return failed

    def _note_who_left(self, plan: Plan, unsettled: Collection[Owner]) -> Mapping[Owner, ReconcilerError]:
        """The shared record is read again: this run may have written it a moment ago."""
        left, shared = plan.departing - {*unsettled}, Owner()
        if not left or not self.owns_shared:
            return {}
        try:
            found = records_of(self.transport, plan.project, {shared})
            if shared in found.unreadable:
                return {shared: ReconcilerError(found.unreadable[shared].summary)}
            before = found.records.get(shared)
            record = before or SetRecord(plan.project, shared)
            self._write(before, with_departed(record, left, self.today(), secrets.token_hex(_SALT)))
        except ReconcilerError as error:
            return {shared: error}
        return {}

    def _begun(self, plan: Plan, change: RecordChange) -> RecordChange:
        before = change.before
        if before is None:
            return change
        anew = {a for a in plan.makes if a.owner == before.owner and a in before.known}
        if not anew:
            return change
        begun = replace(before, replacing={**before.replacing, **dict.fromkeys(anew, _BEGUN)})
        return replace(change, before=self._write(before, begun))

    def _write(self, before: SetRecord | None, record: SetRecord) -> SetRecord:
        """The record as it stands then; its number is that of this write."""
        record = renewed(before, replace(record, id=before.id if before else ""))
        try:
            write_record(self.transport, before, record)
        except UnknownOutcome:
            if before is not None and before.id:
                raise
            if not until(lambda: self._stands(record), self.doubt):
                write_record(self.transport, before, record)
        return record

    def _stands(self, record: SetRecord) -> bool:
        return record.owner in records_of(self.transport, record.project, {record.owner}).records

    def _made(self, outcome: Outcome) -> Iterator[tuple[Address, Made]]:
        for result in outcome.results:
            if result.status is Status.DONE and result.id and result.change.action is not Action.DELETE:
                yield result.change.address, Made(result.id, self.made_at(result.id))


def _of(owner: Owner, addresses: Collection[Address]) -> frozenset[Address]:
    return frozenset(address for address in addresses if address.owner == owner)
