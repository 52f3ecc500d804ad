"""Drift that is known and accepted: left out of later reports until it moves once more.

In: findings, or the text of a baseline file. Out: entries of address, path and digest of the live value,
and that file. It must not hold a value; drift of a secret is never accepted, as even its digest says much.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from reconciler.errors import ReconcilerError
from reconciler.plan.model import Finding
from reconciler.values import UNSET, Address, Scope, Secret, digest

FORMAT_VERSION = "1.0"
GONE = ""
"""In place of a digest: there is no live value."""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One accepted drift; without a path it is a deleted resource."""

    address: str
    path: str = ""
    live: str = GONE


@dataclass(frozen=True, slots=True)
class Baseline:
    """All accepted drift of one project."""

    project: str
    entries: frozenset[Entry] = frozenset()

    def beyond(self, scope: Scope) -> frozenset[Entry]:
        """Entries a run of this scope cannot judge."""
        return frozenset(entry for entry in self.entries if not scope.covers(Address.parse(entry.address)))


class EntryDocument(BaseModel):
    """One accepted drift: which value, and the digest it had on the server."""

    model_config = ConfigDict(extra="forbid")

    address: str
    path: str = ""
    live: str = GONE


class BaselineDocument(BaseModel):
    """A baseline file."""

    model_config = ConfigDict(extra="forbid")

    format_version: str = FORMAT_VERSION
    project: str
    entries: list[EntryDocument] = []


def entry_of(finding: Finding) -> Entry | None:
    """How a finding is told again; None when it is about a secret."""
    live = finding.field.live
    if isinstance(live, Secret) or isinstance(finding.field.desired, Secret):
        return None
    return Entry(str(finding.address), finding.field.path, GONE if live is UNSET else digest(live))


def to_json(baseline: Baseline) -> str:
    """The file; same entries, same bytes."""
    document: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "project": baseline.project,
        "entries": [
            {"address": entry.address, "path": entry.path, "live": entry.live}
            for entry in sorted(baseline.entries)
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def from_json(text: str, project: str) -> Baseline:
    """The baseline in a file; ReconcilerError says what is wrong with it."""
    try:
        document = BaselineDocument.model_validate(json.loads(text))
        baseline = Baseline(document.project, frozenset(_entries(document.entries)))
    except (ValidationError, ValueError, RecursionError) as error:
        is_deep = isinstance(error, RecursionError)
        raise ReconcilerError(
            "this is not a drift baseline",
            why="it is nested too deep" if is_deep else str(error).partition("\n")[0],
            hint="write it anew: reconciler drift --accept --baseline FILE",
        ) from error
    if document.format_version.partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        raise ReconcilerError(
            f"the drift baseline has format_version {document.format_version!r}; "
            f"this program reads {FORMAT_VERSION}"
        )
    if document.project != project:
        raise ReconcilerError(
            f"the drift baseline is of project {document.project!r}, not {project!r}",
            hint="name another file with --baseline",
        )
    return baseline


def _entries(documents: Iterable[EntryDocument]) -> Iterable[Entry]:
    for document in documents:
        Address.parse(document.address)
        yield Entry(document.address, document.path, document.live)
