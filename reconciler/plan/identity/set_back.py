"""Sets whose record is behind what somebody remembers: the server was restored from an older backup.

In: what is live, and numbers that were seen or are expected. Out: those sets, and one sentence about them.
Pure; whether a run goes on is for the guards.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.errors import Diagnostic, Severity
from reconciler.rules import RESTORED
from reconciler.values import Live, Owner, SetBack, SetRecord, serials_of

_NAMED = 3
"""Sets that a sentence names."""


def set_back(
    records: Mapping[Owner, SetRecord], seen: Mapping[Owner, int], expected: Mapping[Owner, int]
) -> dict[Owner, SetBack]:
    """Sets that are behind one of these numbers; an `expected` one may lack its record."""
    reached = {
        owner: SetBack(now, max(seen.get(owner, 0), expected.get(owner, 0)))
        for owner, now in serials_of(records, (*seen, *expected)).items()
    }
    return {owner: each for owner, each in reached.items() if each.now < each.seen}


def named(live: Live) -> str:
    """Which sets are behind, and by how much, in one line."""
    found = sorted(live.set_back.items(), key=lambda item: str(item[0]))
    texts = [f"the record of {owner} is at write {each.now}, {each.seen} was seen" for owner, each in found]
    more = len(texts) - _NAMED
    return "; ".join(texts[:_NAMED]) + (
        f"; and {more:,} more set{'' if more == 1 else 's'}" if more > 0 else ""
    )


def restored(live: Live) -> tuple[Diagnostic, ...]:
    """What a plan and a drift report say of it; nothing where no set is behind."""
    if not live.set_back:
        return ()
    return (
        Diagnostic(
            RESTORED.objection(sets=named(live)),
            why="what was applied and learned after the backup is not there any more: renames that the "
            "manifests have forgotten since are open again, users who left may be back",
            hint="look at the plan; an apply with --allow restored goes on from what is there",
            severity=Severity.REFUSED,
        ),
    )
