"""The Project documents of a folder, without anything else that stands there.

In: a folder and the environment. Out: the settings of each. A saved plan is judged by these, so
no template and no table of users has to be right, or even there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from reconciler.manifest.files.discovery import discover, project_folder
from reconciler.manifest.files.other_tools import holds_project
from reconciler.manifest.files.project_settings import ProjectSettings, settings_of
from reconciler.manifest.language.computed import Language
from reconciler.manifest.language.environment import granted
from reconciler.manifest.language.fast_check import Shapes
from reconciler.manifest.language.named_files import ProjectFiles
from reconciler.manifest.yaml.findings import Findings
from reconciler.manifest.yaml.reader import read

_OURS = "reconciler/"
_SUFFIXES = (".yaml", ".yml")


def projects_below(root: Path, environ: Mapping[str, str]) -> tuple[ProjectSettings, ...]:
    """Every Project document below the folder; ManifestError says what is wrong with one."""
    findings = Findings()
    found = discover([root], Findings())
    files = ProjectFiles(found.root)
    settings = tuple(
        each
        for path, data in found.files
        if b"Project" in data
        for each in _projects(path, data, files, dict(environ), findings)
    )
    findings.raise_errors()
    return settings


def project_of(folder: Path, environ: Mapping[str, str]) -> ProjectSettings | None:
    """The project whose document lies in the folder, or in the nearest above that has one; ManifestError says
    what is wrong with it. Nothing below is looked at."""
    root = project_folder(folder)
    beside = [path for path in sorted(root.iterdir()) if path.suffix in _SUFFIXES] if root else []
    findings = Findings()
    found = discover(beside, Findings()).files if beside else ()
    settings = [
        each
        for path, data in found
        if b"Project" in data
        for each in _projects(path, data, ProjectFiles(path.parent), dict(environ), findings)
    ]
    findings.raise_errors()
    return settings[0] if len(settings) == 1 else None


def _projects(
    path: Path, data: bytes, files: ProjectFiles, environ: Mapping[str, str], findings: Findings
) -> Iterator[ProjectSettings]:
    """Those of one file; what cannot be read and does not look like one is somebody else's."""
    nodes = read(data, files.relative(path), findings if holds_project(data) else Findings())
    for node in nodes:
        if not isinstance(node.value, dict) or node.word("kind") != "Project":
            continue
        if node.word("apiVersion").startswith(_OURS) and Shapes().check(node, "Project", findings):
            grant = granted(node, environ, findings)
            language = Language(environ, ProjectFiles(path.parent), findings, grant=grant)
            yield settings_of(node, path.parent, language)
