"""The record of a set: how it is written down, what it says of a desired state, what becomes of it. Pure."""

from reconciler.record.codec import VERSION, DamagedRecord, NewerRecord, decode_record, encode_record
from reconciler.record.departed import has_left, with_departed, with_returned
from reconciler.record.desired import set_digest
from reconciler.record.settle import Made, content, is_over, renewed, settle

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
    "renewed",
    "set_digest",
    "settle",
    "with_departed",
    "with_returned",
]
