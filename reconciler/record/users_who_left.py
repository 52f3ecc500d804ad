"""Users who left: an old roster or a bot that still knows them must not bring them back.

In: the record of the shared set, and owners. Out: that record with who left and who is back; whether somebody
left. Pure. A name stands there as a salted hash, a year at most.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace

from reconciler.values import Owner, SetRecord

_BYTES = 8


def has_left(shared: SetRecord | None, owner: Owner) -> bool:
    """Whether the set of this owner was ended by an apply and not declared since."""
    return shared is not None and bool(shared.salt) and _hash(shared.salt, owner) in shared.left


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


def with_returned(shared: SetRecord, owners: Collection[Owner]) -> SetRecord:
    """The record that does not say of these that they left."""
    back = {_hash(shared.salt, owner) for owner in owners}
    return replace(shared, left={name: day for name, day in shared.left.items() if name not in back})


def _hash(salt: str, owner: Owner) -> str:
    content = f"{salt}\n{owner}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(content, digest_size=_BYTES).hexdigest()
