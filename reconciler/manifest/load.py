"""Manifests from disk to desired resources.

In: paths and the environment. Out: Manifests, or one ManifestError with everything that is wrong. It must
not know the server or the cache.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import Diagnostic, ManifestError, Origin
from reconciler.manifest.compile.catalog import Catalog, catalog_of, secret_variables
from reconciler.manifest.compile.compiled_set import TemplateSet, template_set
from reconciler.manifest.compile.cross_checks import check_names, check_users
from reconciler.manifest.files.discovery import Found, discover
from reconciler.manifest.files.other_tools import documents_of, note_of
from reconciler.manifest.files.project_settings import NAME_VARIABLE, name_missing, settings_of
from reconciler.manifest.language.computed import Language
from reconciler.manifest.language.environment import granted
from reconciler.manifest.language.fast_check import DOCUMENT_KINDS, Shapes
from reconciler.manifest.language.glob import BadPattern, segments_of
from reconciler.manifest.language.named_files import ProjectFiles, Unusable
from reconciler.manifest.manifests import Manifests
from reconciler.manifest.users.rows import Roll
from reconciler.manifest.yaml.findings import Findings, did_you_mean, kind_of
from reconciler.manifest.yaml.node import Node
from reconciler.manifest.yaml.source_lines import SourceLines

_VERSION = "reconciler/v1"


def load(paths: Sequence[Path], environ: Mapping[str, str]) -> Manifests:
    """The manifests below the paths; ManifestError lists every problem."""
    findings = Findings()
    manifests = _assemble(paths, dict(environ), findings)
    findings.raise_errors()
    assert manifests is not None, "without errors there are manifests"
    return manifests


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at manifests found, with every user expanded."""

    problems: tuple[Diagnostic, ...]
    """Empty when all is well."""
    counts: Mapping[str, int]
    """How many constellations, users, and resources of each kind; empty where that cannot be told."""


def validate(paths: Sequence[Path], environ: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """Every problem that can be seen offline, with every user expanded; empty when all is well."""
    return check(paths, environ).problems


def check(paths: Sequence[Path], environ: Mapping[str, str]) -> Checked:
    """The same, and how much there is."""
    findings = Findings()
    notes: tuple[Diagnostic, ...] = ()
    counts: Mapping[str, int] = {}
    with suppress(ManifestError):  # raised early when there are too many to look on
        manifests = _assemble(paths, dict(environ), findings)
        if manifests is not None:
            notes = manifests.notes
            counts = manifests.inspect(findings)
            settings = manifests.settings
            if settings.origin and not (settings.name or environ.get(NAME_VARIABLE)):
                missing = name_missing(settings)
                findings.error(missing.summary, settings.origin, why=missing.why, hint=missing.hint)
    return Checked((*findings.diagnostics(), *notes), counts)


def _assemble(paths: Sequence[Path], environ: Mapping[str, str], findings: Findings) -> Manifests | None:
    found = discover([Path(path) for path in paths], findings)
    files = ProjectFiles(found.root)
    lines = SourceLines({files.relative(path): data for path, data in found.files})
    findings.read_from(lines)
    documents, foreign = _documents(found, files, findings)
    _check_named(paths, found, documents, foreign, files, findings)
    if findings.errors:
        # References into a document that did not parse would only add noise.
        return None
    catalog = catalog_of(documents, findings)
    files = ProjectFiles(found.root, _hidden(catalog, findings))
    grant = granted(catalog.project, environ, findings)
    language = Language(environ, files, findings, secret_variables(documents), grant)
    settings = settings_of(catalog.project, found.root, language)
    shared = template_set(catalog.shared, catalog, language)
    sets = {
        name: template_set(section, catalog, language)
        for name, section in sorted(catalog.constellations.items())
    }
    check_names(catalog, findings)
    check_users(catalog, findings)
    _check_tables(catalog, files, findings)
    rolls = {name: _roll(name, template, catalog, files) for name, template in sets.items()}
    return Manifests(
        settings,
        tuple(path for path, _ in found.files),
        (*findings.diagnostics(), *note_of(foreign)),
        shared,
        {name: (template, rolls[name]) for name, template in sets.items()},
        tuple(documents),
        tuple(map(files.relative, found.within)),
        lines,
    )


def _hidden(catalog: Catalog, findings: Findings) -> list[str]:
    """The patterns of hidden files that manifests may name."""
    good = []
    for node in catalog.project.list("hidden_files") if catalog.project else ():
        try:
            segments_of(node.text)
            good.append(node.text)
        except BadPattern as bad:
            findings.error(f"{node.text!r} is not a usable pattern", node.origin, why=str(bad))
    return good


def _documents(found: Found, files: ProjectFiles, findings: Findings) -> tuple[list[Node], list[Origin]]:
    """Our documents, and where those of other tools are."""
    shapes = Shapes()
    ours: list[Node] = []
    foreign: list[Origin] = []
    for path, data in found.files:
        documents = documents_of(data, files.relative(path), findings)
        ours += (node for node in documents.ours if _is_document(node, shapes, findings))
        foreign += documents.foreign
    return ours, foreign


def _check_named(
    paths: Sequence[Path],
    found: Found,
    ours: Sequence[Node],
    foreign: Sequence[Origin],
    files: ProjectFiles,
    findings: Findings,
) -> None:
    """A file that a person names has to hold manifests, and so has a folder."""
    if findings.errors or not foreign:
        return
    with_ours = {node.origin.file for node in ours}
    named = {files.relative(path.resolve()) for path in map(Path, paths) if path.is_file()}
    skipped = {place.file for place in foreign}
    empty = sorted((named & skipped) - with_ours)
    if not ours and not empty:
        empty = [str(found.root)]
    for name in empty:
        findings.error(
            f"there is no manifest in {name!r}",
            why="its YAML documents are those of other tools",
            hint=f"a manifest says apiVersion: {_VERSION} and kind: {', '.join(DOCUMENT_KINDS)}",
        )


def _is_document(node: Node, shapes: Shapes, findings: Findings) -> bool:
    """Whether a YAML document is one of ours and has its shape."""
    if not isinstance(node.value, dict):
        findings.error(f"expected a mapping, found {kind_of(node.plain())}", node.origin)
        return False
    kind = node.word("kind")
    if kind in DOCUMENT_KINDS:
        return shapes.check(node, kind, findings)
    here = node.get("kind")
    if here is None:
        hint = f"write apiVersion: {_VERSION} and kind: {', '.join(DOCUMENT_KINDS)}"
        findings.error("'kind' is missing", node.origin, hint=hint)
    else:
        hint = did_you_mean(kind, DOCUMENT_KINDS)
        findings.error(f"there is no kind {kind or here.raw!r}", here.origin, hint=hint)
    return False


def _check_tables(catalog: Catalog, files: ProjectFiles, findings: Findings) -> None:
    for document in catalog.users:
        file = document.entries("from").get("file")
        if file is not None:
            try:
                files.find(file.text, file.origin)
            except Unusable as unusable:
                findings.error(unusable.summary, file.origin, why=unusable.why, hint=unusable.hint)


def _roll(name: str, template: TemplateSet, catalog: Catalog, files: ProjectFiles) -> Roll:
    documents = tuple(catalog.users_by_constellation.get(name, ()))
    return Roll(name, documents, files, template.parameters)
