"""The words everything else is written in; nothing here touches network, disk or clock."""

from reconciler.values.address import SHARED, Address, Owner, Selector
from reconciler.values.leaf import (
    UNSET,
    FileContent,
    Leaf,
    Leaves,
    Secret,
    Unset,
    digest,
    field_of,
    item_of,
    item_path,
    key_path,
    same,
)
from reconciler.values.ownership import Effect, Ownership, Verdict, effect, judge
from reconciler.values.resource import (
    Desired,
    DesiredResource,
    Live,
    LiveResource,
    Marker,
    Policy,
    Scope,
)

__all__ = [
    "SHARED",
    "UNSET",
    "Address",
    "Desired",
    "DesiredResource",
    "Effect",
    "FileContent",
    "Leaf",
    "Leaves",
    "Live",
    "LiveResource",
    "Marker",
    "Owner",
    "Ownership",
    "Policy",
    "Scope",
    "Secret",
    "Selector",
    "Unset",
    "Verdict",
    "digest",
    "effect",
    "field_of",
    "item_of",
    "item_path",
    "judge",
    "key_path",
    "same",
]
