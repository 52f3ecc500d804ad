"""What is known of a project before its lists are looked through.

In: the records of its sets, the ids of a cache, what is desired and what the lists hold. Out: Knowledge.
Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.record import has_left, is_tombstone
from reconciler.remote.marks.record_blocks import Records
from reconciler.remote.read.identity import Knowledge
from reconciler.values import Address, Desired, Known, Live, Owner


def knowledge_of(records: Records, cached: Mapping[Address, str], desired: Desired, live: Live) -> Knowledge:
    """A record tells all of its set; of sets without one the cache tells what it has."""
    recorded = {a: known for record in records.records.values() for a, known in record.known.items()}
    others = {
        address: Known(server_id)
        for address, server_id in cached.items()
        if address.owner not in records.records and address.owner not in records.unreadable
    }
    replacing = {a: run for record in records.records.values() for a, run in record.replacing.items()}
    names = {each.address: each.server_name for each in desired}
    after = {address: desired.renames.after(address) for address in recorded} if desired.renames else {}
    renamed = {old: new for old, new in after.items() if new != old}
    ended = {a for record in records.records.values() for a in (*record.former, *record.removed)}
    ended |= {a for a in (*live.resources, *live.duplicates) if _has_left(a.owner, records)}
    ended -= {*recorded, *replacing}
    return Knowledge({**others, **recorded}, frozenset(recorded), replacing, names, renamed, frozenset(ended))


def _has_left(owner: Owner, records: Records) -> bool:
    """Whether an apply ended the set, record and all but for a tombstone."""
    own = records.records.get(owner)
    has_record = owner in records.unreadable or (own is not None and not is_tombstone(own))
    return not has_record and has_left(records.records, owner)
