"""Sets whose record is behind what somebody remembers: the server was restored from an older backup.

In: what is live, and numbers that were seen or are expected. Out: those sets, and their names in one line.
Pure; whether a run goes on is for the guards.
"""

from __future__ import annotations

from collections.abc import Mapping

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
