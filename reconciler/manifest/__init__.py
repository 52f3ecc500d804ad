"""Manifests on disk to desired resources: `load` for use, `validate` for all problems at once."""

from reconciler.manifest.files.project_documents import project_of, projects_below
from reconciler.manifest.files.project_settings import NAME_VARIABLE, ProjectSettings, Safety, name_missing
from reconciler.manifest.load import Checked, check, load, validate
from reconciler.manifest.manifests import Manifests

__all__ = [
    "NAME_VARIABLE",
    "Checked",
    "Manifests",
    "ProjectSettings",
    "Safety",
    "check",
    "load",
    "name_missing",
    "project_of",
    "projects_below",
    "validate",
]
