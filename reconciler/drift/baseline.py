"""Drift that is known and accepted: left out of later reports until it moves once more.

In: findings, or the text of a baseline file. Out: entries of address, path and digest of the live value,
and that file. It must not hold a value; drift of a secret is never accepted, as even its digest says much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from reconciler.codec import Always, Form, Misfit
from reconciler.codec.codec import Codec
from reconciler.errors import ReconcilerError
from reconciler.formats import Format, text_of
from reconciler.plan.model import Finding
from reconciler.values import UNSET, Address, Scope, Secret, digest

GONE = ""
"""In place of a digest: there is no live value."""


def _address(raw: Any, context: object) -> str:
    del context
    if not isinstance(raw, str):
        raise Misfit("an address is a text")
    return str(Address.parse(raw))


ADDRESS = Form(lambda address, _: address, _address, {"type": "string"})
"""An address that stays a text."""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One accepted drift; without a path it is a deleted resource."""

    address: Annotated[str, ADDRESS]
    path: Always[str] = ""
    live: Always[str] = GONE
    """Digest of the value it had on the server."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """All accepted drift of one project."""

    project: str
    entries: Always[frozenset[Entry]] = frozenset()

    def beyond(self, scope: Scope) -> frozenset[Entry]:
        """Entries a run of this scope cannot judge."""
        return frozenset(entry for entry in self.entries if not scope.covers(Address.parse(entry.address)))


FORMAT = Format(
    "drift baseline",
    "1.0",
    Codec(Baseline),
    unsaid="1.0",
    again="write it anew: reconciler drift --accept --baseline FILE",
)


def entry_of(finding: Finding) -> Entry | None:
    """How a finding is told again; None when it is about a secret."""
    live = finding.field.live
    if isinstance(live, Secret) or isinstance(finding.field.desired, Secret):
        return None
    return Entry(str(finding.address), finding.field.path, GONE if live is UNSET else digest(live))


def to_json(baseline: Baseline) -> str:
    """The file; same entries, same bytes."""
    return text_of(FORMAT.document(baseline))


def from_json(text: str, project: str) -> Baseline:
    """The baseline in a file; ReconcilerError says what is wrong with it."""
    baseline = FORMAT.read(FORMAT.current(FORMAT.parsed(text)))
    if baseline.project != project:
        raise ReconcilerError(
            f"the drift baseline is of project {baseline.project!r}, not {project!r}",
            hint="name another file with --baseline",
        )
    return baseline
