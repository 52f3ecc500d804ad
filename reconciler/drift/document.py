"""The drift report as a JSON document: the shape other programs may rely on.

In: a DriftReport. Out: pydantic models, from which `schemas/drift.schema.json` is generated, and their
text. `format_version` steps as that of a plan does, and a field looks as it does there. It must not decide
anything.
"""

from __future__ import annotations

import json

from pydantic import Field

from reconciler.drift.baseline import Entry, EntryDocument
from reconciler.drift.model import Deleted, DriftReport, Row
from reconciler.plan.file.document import DiagnosticDocument, FindingDocument, Model
from reconciler.plan.file.to_document import diagnostic_document, finding_document

FORMAT_VERSION = "1.1"


class RowDocument(Model):
    """One field of one template over all users; `field` is empty when the resource itself is meant."""

    what: str
    field: str
    drifted: int
    learned: int
    conflicts: int
    of: int


class DeletedDocument(Model):
    """A resource that was deleted on the server, and the one on the server that tells so."""

    address: str
    seen_by: str
    """Empty where only its record, or the cache, tells."""
    id: str = ""
    """The server id it had, where that is known."""


class KnownDocument(Model):
    """What the baseline left out, and its entries that no longer occur."""

    accepted: int
    stale: list[EntryDocument]


class ComparedDocument(Model):
    """How much was looked at."""

    resources: int
    users: int
    reads: int = Field(description="Requests it took.")


class DriftDocument(Model):
    """A whole drift report; `drifted` is what exit status 2 says."""

    format_version: str = FORMAT_VERSION
    project: str
    server: str = ""
    drifted: bool
    compared: ComparedDocument
    unapplied: int = Field(description="Changes of the manifests that an apply would make.")
    missing: int = Field(description="How many of these make what nothing tells to have been there.")
    statistics: list[RowDocument]
    drift: list[FindingDocument]
    deleted: list[DeletedDocument]
    conflicts: list[FindingDocument]
    learned: list[FindingDocument]
    undeclared: list[str]
    baseline: KnownDocument
    diagnostics: list[DiagnosticDocument]


def to_document(report: DriftReport) -> DriftDocument:
    """The report as the document programs read; same report, same bytes."""
    return DriftDocument(
        format_version=FORMAT_VERSION,
        project=report.project,
        server=report.server,
        drifted=report.has_drift,
        compared=ComparedDocument(resources=report.compared, users=report.users, reads=report.reads),
        unapplied=report.unapplied,
        missing=report.missing,
        statistics=[_row(row) for row in report.statistics],
        drift=[finding_document(finding) for finding in report.drift],
        deleted=[
            DeletedDocument(address=str(each.address), seen_by=str(each.seen_by or ""), **_known_id(each))
            for each in report.deleted
        ],
        conflicts=[finding_document(finding) for finding in report.conflicts],
        learned=[finding_document(finding) for finding in report.learned],
        undeclared=[str(address) for address in report.undeclared],
        baseline=KnownDocument(accepted=report.accepted, stale=[_entry(entry) for entry in report.stale]),
        diagnostics=[diagnostic_document(diagnostic) for diagnostic in report.diagnostics],
    )


def to_json(report: DriftReport) -> str:
    """The document as text, indented, ending in a newline."""
    plain = to_document(report).model_dump(mode="json", exclude_unset=True)
    return json.dumps(plain, indent=2, ensure_ascii=False) + "\n"


def _row(row: Row) -> RowDocument:
    return RowDocument(
        what=row.what,
        field=row.field,
        drifted=row.drifted,
        learned=row.learned,
        conflicts=row.conflicts,
        of=row.of,
    )


def _entry(entry: Entry) -> EntryDocument:
    return EntryDocument(address=entry.address, path=entry.path, live=entry.live)


def _known_id(lost: Deleted) -> dict[str, str]:
    return {"id": lost.id} if lost.id else {}
