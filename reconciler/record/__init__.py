"""The record of a set: how it is written down, what it says of a desired state, what becomes of it. Pure."""

from reconciler.record.after_apply import Made, content, is_over, renewed, settle, with_not_kept
from reconciler.record.codec import VERSION, DamagedRecord, NewerRecord, decode_record, encode_record
from reconciler.record.desired_digest import set_digest
from reconciler.record.users_who_left import (
    has_left,
    is_tombstone,
    lists,
    tombstone,
    with_departed,
    with_returned,
    with_tombstones,
)

AT_ONCE = 20
"""Records one request reads: more tags would make an address line servers refuse."""

__all__ = [
    "AT_ONCE",
    "VERSION",
    "DamagedRecord",
    "Made",
    "NewerRecord",
    "content",
    "decode_record",
    "encode_record",
    "has_left",
    "is_over",
    "is_tombstone",
    "lists",
    "renewed",
    "set_digest",
    "settle",
    "tombstone",
    "with_departed",
    "with_not_kept",
    "with_returned",
    "with_tombstones",
]
