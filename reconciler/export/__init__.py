"""What is live, as manifests: a whole fleet, or what agents learned.

In: everything on a server, or a plan. Out: documents, files and patches. Pure: writing them is left to the
command line.
"""

from reconciler.export.documents import Export
from reconciler.export.fleet import Choice, export_fleet
from reconciler.export.learned import learned_overrides
from reconciler.export.manifest_patch import learned_patch
from reconciler.export.yaml_text import Document, yaml_text

__all__ = ["Choice", "Document", "Export", "export_fleet", "learned_overrides", "learned_patch", "yaml_text"]
