"""Manifests from disk to desired resources.

In: paths and the environment. Out: Manifests, or one ManifestError with everything that is wrong. It must
not know the server or the cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from reconciler.errors import Diagnostic, ManifestError
from reconciler.manifest.catalog import Catalog, catalog_of, secret_variables
from reconciler.manifest.checks import check_users
from reconciler.manifest.discover import Found, discover
from reconciler.manifest.files import ProjectFiles, Unusable
from reconciler.manifest.findings import Findings, did_you_mean, kind_of
from reconciler.manifest.glob import BadPattern, segments_of
from reconciler.manifest.language import Language
from reconciler.manifest.manifests import Manifests
from reconciler.manifest.node import Node
from reconciler.manifest.read import read
from reconciler.manifest.settings import NAME_VARIABLE, name_missing, settings_of
from reconciler.manifest.shape import DOCUMENT_KINDS, Shapes
from reconciler.manifest.template_set import TemplateSet, template_set
from reconciler.manifest.users import Roll

_VERSION = "reconciler/v1"


def load(paths: Sequence[Path], environ: Mapping[str, str]) -> Manifests:
    """The manifests below the paths; ManifestError lists every problem."""
    findings = Findings()
    manifests = _assemble(paths, dict(environ), findings)
    findings.raise_errors()
    assert manifests is not None, "without errors there are manifests"
    return manifests


def validate(paths: Sequence[Path], environ: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """Every problem that can be seen offline, with every user expanded; empty when all is well."""
    findings = Findings()
    with suppress(ManifestError):  # raised early when there are too many to look on
        manifests = _assemble(paths, dict(environ), findings)
        if manifests is not None:
            manifests.inspect(findings)
            settings = manifests.settings
            if settings.origin and not (settings.name or environ.get(NAME_VARIABLE)):
                missing = name_missing(settings)
                findings.error(missing.summary, settings.origin, why=missing.why, hint=missing.hint)
    return findings.diagnostics()


def _assemble(paths: Sequence[Path], environ: Mapping[str, str], findings: Findings) -> Manifests | None:
    found = discover([Path(path) for path in paths], findings)
    files = ProjectFiles(found.root)
    documents = list(_documents(found, files, findings))
    if findings.errors:
        # References into a document that did not parse would only add noise.
        return None
    catalog = catalog_of(documents, findings)
    files = ProjectFiles(found.root, _hidden(catalog, findings))
    language = Language(environ, files, findings, secret_variables(documents))
    settings = settings_of(catalog.project, found.root, language)
    shared = template_set(catalog.shared, catalog, language)
    sets = {
        name: template_set(section, catalog, language)
        for name, section in sorted(catalog.constellations.items())
    }
    check_users(catalog, findings)
    _check_tables(catalog, files, findings)
    rolls = {name: _roll(name, template, catalog, files) for name, template in sets.items()}
    return Manifests(
        settings,
        tuple(path for path, _ in found.files),
        findings.diagnostics(),
        shared,
        {name: (template, rolls[name]) for name, template in sets.items()},
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


def _documents(found: Found, files: ProjectFiles, findings: Findings) -> Iterator[Node]:
    shapes = Shapes()
    for path, data in found.files:
        for node in read(data, files.relative(path), findings):
            if _is_document(node, shapes, findings):
                yield node


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
