"""Users who left: an old roster or a bot that still knows them must not bring them back.

In: records, and owners. Out: records with who left and who is back; whether somebody left. Pure. A name
stands there as a salted hash, a year at most.

    the shared record       lists who left; only a run that owns the shared set writes it
    a tombstone             what a run of another shard leaves of the record of a set that it ended; the next
                            run that owns the shared set puts the user on the list, and who may takes it away
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace

from reconciler.values import Owner, SetRecord

_BYTES = 8
_ALWAYS = ""
"""Before every day."""


def has_left(records: Mapping[Owner, SetRecord], owner: Owner) -> bool:
    """Whether the set of this owner was ended by an apply and not made since, as the records tell."""
    own = records.get(owner)
    return (own is not None and is_tombstone(own)) or lists(records.get(Owner()), owner)


def lists(shared: SetRecord | None, owner: Owner) -> bool:
    """Whether the list of those who left names this owner."""
    return shared is not None and bool(shared.salt) and _hash(shared.salt, owner) in shared.left


def is_tombstone(record: SetRecord) -> bool:
    """Whether nothing is left of a set but that its user left."""
    is_ended = not (record.owner.is_shared or record.known or record.replacing)
    return is_ended and lists(record, record.owner)


def tombstone(record: SetRecord, today: str, salt: str) -> SetRecord:
    """What is left of the record of a set that ended; where older programs look, everything was removed."""
    rest = SetRecord(record.project, record.owner, record.serial, removed=record.removed, id=record.id)
    return with_departed(rest, [record.owner], today, _ALWAYS, salt)


def with_departed(
    shared: SetRecord, owners: Collection[Owner], today: str, since: str, salt: str
) -> SetRecord:
    """The record that remembers these from `today` on, and nobody who left before `since`; days in ISO 8601.

    The first one brings the `salt`.
    """
    salt = shared.salt or salt
    kept = {name: day for name, day in shared.left.items() if day >= since}
    left = kept | {_hash(salt, owner): today for owner in owners}
    return replace(shared, left=left, salt=salt)


def with_tombstones(shared: SetRecord, tombstones: Collection[SetRecord]) -> SetRecord:
    """The record that lists these, too, with the day each left."""
    for each in sorted(tombstones, key=lambda one: str(one.owner)):
        if not lists(shared, each.owner):
            day = each.left[_hash(each.salt, each.owner)]
            shared = with_departed(shared, [each.owner], day, _ALWAYS, each.salt)
    return shared


def with_returned(shared: SetRecord, owners: Collection[Owner]) -> SetRecord:
    """The record that does not say of these that they left."""
    if not shared.left:
        return shared
    back = {_hash(shared.salt, owner) for owner in owners}
    return replace(shared, left={name: day for name, day in shared.left.items() if name not in back})


def _hash(salt: str, owner: Owner) -> str:
    content = f"{salt}\n{owner}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(content, digest_size=_BYTES).hexdigest()
