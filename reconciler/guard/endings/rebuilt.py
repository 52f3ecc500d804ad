"""R115 `rebuilt`: nothing is pruned or destroyed in a set whose record was lost and made anew from the marks.

In: a plan and the records as they were read. Out: one objection for each set. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.guard.judged import Guard, Judged
from reconciler.plan.model import Action, Reason
from reconciler.plan.records.next_record import forgotten
from reconciler.rules import REBUILT


def judge(judged: Judged) -> Iterator[Diagnostic]:
    """Sets in which something ends because nobody declares it, where a lost record may have protected it."""
    live = judged.read
    lost = forgotten(live) | {owner for owner, record in live.records.items() if record.rebuilt}
    ending = {
        owner
        for change in judged.plan.changes
        if change.action is Action.DELETE and change.reason in (Reason.NOT_DECLARED, Reason.DESTROY)
        for owner in {address.owner for address in change.addresses}
    }
    for owner in sorted(ending & lost, key=str):
        yield GUARD.finds(owner=owner)


GUARD = Guard(
    REBUILT,
    message="the record of {owner} was lost and made anew from the marks: what it protected is not known "
    "any more",
    fix="",
    judge=judge,
)
