"""Manifests on disk to desired resources: `load` for use, `validate` for all problems at once."""

from reconciler.manifest.load import load, validate
from reconciler.manifest.manifests import Manifests
from reconciler.manifest.project import projects_below
from reconciler.manifest.settings import NAME_VARIABLE, ProjectSettings, Safety, name_missing

__all__ = [
    "NAME_VARIABLE",
    "Manifests",
    "ProjectSettings",
    "Safety",
    "load",
    "name_missing",
    "projects_below",
    "validate",
]
