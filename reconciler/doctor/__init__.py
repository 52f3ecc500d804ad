"""What stands in the way of using a project, and the cure for each finding. Reads only."""

from reconciler.doctor.examine import examine
from reconciler.doctor.finding import Finding, Health

__all__ = ["Finding", "Health", "examine"]
