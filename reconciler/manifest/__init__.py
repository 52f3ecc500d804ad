"""Manifests on disk to desired resources: `load` for use, `validate` for all problems at once."""

from reconciler.manifest.load import load, validate
from reconciler.manifest.manifests import Manifests
from reconciler.manifest.settings import ProjectSettings, Safety

__all__ = ["Manifests", "ProjectSettings", "Safety", "load", "validate"]
