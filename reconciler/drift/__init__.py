"""What moved on the server without the manifests: drift, learning and intent told apart. Pure."""

from reconciler.drift.baseline import Baseline, Entry
from reconciler.drift.find import drift_of
from reconciler.drift.model import Deleted, DriftReport, Row

__all__ = ["Baseline", "Deleted", "DriftReport", "Entry", "Row", "drift_of"]
