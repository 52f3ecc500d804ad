"""The three-way comparison: base, live, desired in, verdicts out. Pure."""

from reconciler.compare.field_change import FieldChange
from reconciler.compare.resource import compare_resource
from reconciler.compare.snapshot import Comparison, compare

__all__ = ["Comparison", "FieldChange", "compare", "compare_resource"]
