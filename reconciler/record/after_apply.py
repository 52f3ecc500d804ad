"""What a record says once a plan was carried out, as far as it was.

In: the record before, the one the plan expects, and what became of the changes. Out: the record to write.
Pure; it must not know why a change did not happen.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from reconciler.values import NOT_KEPT, Address, Known, SetRecord

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Made:
    """What the server said of a resource it has just made."""

    id: str
    made: str = ""
    """created_at, where it tells."""


def content(record: SetRecord) -> SetRecord:
    """The record without the number of its write: what two of them are compared by."""
    return replace(record, serial=0)


def is_over(record: SetRecord) -> bool:
    """Whether nothing has to be remembered: no resource, none that was begun or lives on elsewhere, no user
    who left."""
    lives_on = any(new.owner != record.owner for new in record.former.values())
    return not (record.known or record.replacing or record.left or lives_on)


def renewed(before: SetRecord | None, record: SetRecord) -> SetRecord:
    """The record with the number of the next write."""
    return replace(record, serial=(before.serial if before else 0) + 1)


def settle(
    before: SetRecord | None,
    expected: SetRecord,
    made: Mapping[Address, Made],
    undone: Collection[Address] = (),
) -> SetRecord:
    """The expected record with the ids of what was `made`; of what is `undone` it says what it said before.

    A record that knows no resource any more is one to take away.
    """
    known = {address: _filled(each, made.get(address)) for address, each in expected.known.items()}
    record = replace(expected, known={a: each for a, each in known.items() if each.id or a in undone})
    return (
        _without(before or SetRecord(expected.project, expected.owner), record, undone) if undone else record
    )


def with_not_kept(record: SetRecord, lost: Mapping[Address, Collection[str]]) -> SetRecord:
    """The record which says of these paths that they were applied and the server did not keep them."""
    known = dict(record.known)
    for address in lost.keys() & known.keys():
        base = dict(known[address].base)
        noted = {path: NOT_KEPT + base[path].removeprefix(NOT_KEPT) for path in lost[address] if path in base}
        known[address] = replace(known[address], base=base | noted)
    return replace(record, known=known)


def _filled(known: Known, made: Made | None) -> Known:
    return replace(known, id=made.id or known.id, made=made.made or known.made) if made else known


def _without(before: SetRecord, record: SetRecord, undone: Collection[Address]) -> SetRecord:
    """What did not happen is taken back, address by address; a set that is half applied keeps its digest."""
    unmoved = {old for old, new in record.former.items() if new in undone and before.former.get(old) != new}
    back = set(undone) | unmoved
    return replace(
        record,
        digest=before.digest,
        earlier=before.earlier,
        known=_back(before.known, record.known, back),
        former={old: new for old, new in record.former.items() if old not in unmoved},
        removed=(record.removed - back) | (before.removed & back),
        protect=record.protect | before.protect,
        texts=_back(before.texts, record.texts, back),
        accepted=_back(before.accepted, record.accepted, back),
        released=_back(before.released, record.released, back),
        parameters=record.parameters if record.known else before.parameters,
        rebuilt=record.rebuilt or before.rebuilt,
    )


def _back(
    before: Mapping[Address, T], after: Mapping[Address, T], back: Collection[Address]
) -> dict[Address, Any]:
    """The values after, except those of these addresses."""
    kept = {address: value for address, value in after.items() if address not in back}
    return kept | {address: before[address] for address in back if address in before}
