"""The three-way comparison: base, live, desired in, verdicts out. Pure."""

from reconciler.compare.field_change import FieldChange
from reconciler.compare.resource import CROSSING, BaseText, compare_resource, no_base_text
from reconciler.compare.snapshot import Comparison, compare, left_out

__all__ = [
    "CROSSING",
    "BaseText",
    "Comparison",
    "FieldChange",
    "compare",
    "compare_resource",
    "left_out",
    "no_base_text",
]
