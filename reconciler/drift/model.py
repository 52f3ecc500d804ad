"""The drift report: what moved on the server, by resource and by template, as frozen records.

In: nothing. Out: records that renderers print and programs read. It must not decide anything.

Drift is a live change of what the manifests enforce, and a resource that was deleted on the server. A change
of the manifests that is not applied yet is never drift; it is only counted. What agents changed where they
may is learning, and never drift either.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.codec import Always, Never, OrEmpty
from reconciler.drift.baseline import Entry
from reconciler.errors import Diagnostic, Severity
from reconciler.plan.model import Finding
from reconciler.values import Address, Ownership


@dataclass(frozen=True, slots=True)
class Deleted:
    """A declared resource that was on the server and is not any more."""

    address: Address
    seen_by: OrEmpty[Address]
    """The live resource that tells so: its marker names the lost one, or it outlived it."""
    id: str = ""
    """The server id it had, where that is known."""


@dataclass(frozen=True, slots=True)
class Row:
    """One field of one template, over all users."""

    what: str
    """The address with `*` for the user."""
    field: str
    """Empty when it is about the resource itself."""
    drifted: int
    learned: int
    conflicts: int
    of: int
    """How many users have the resource."""


@dataclass(frozen=True)
class DriftReport:
    """Everything a person or a program may want to know about drift in one run."""

    project: str
    server: Always[str] = ""
    reads: Never[int] = 0
    compared: Never[int] = 0
    """Declared resources that are on the server, within the scope of the run."""
    users: Never[int] = 0
    """Sets these belong to, the shared one apart."""
    unapplied: Always[int] = 0
    """Changes of the manifests that an apply would make."""
    missing: Always[int] = 0
    """How many of these make what is not on the server, and of which nothing there tells that it was."""
    statistics: Always[tuple[Row, ...]] = ()
    drift: Always[tuple[Finding, ...]] = ()
    deleted: Always[tuple[Deleted, ...]] = ()
    conflicts: Always[tuple[Finding, ...]] = ()
    """Moved on both sides; those of enforced fields are drift as well."""
    learned: Always[tuple[Finding, ...]] = ()
    undeclared: Always[tuple[Address, ...]] = ()
    """Ours on the server, but no longer in the manifests."""
    diagnostics: Always[tuple[Diagnostic, ...]] = ()
    accepted: Never[int] = 0
    """How much drift the baseline knows; it is in none of the lists."""
    stale: Never[tuple[Entry, ...]] = ()
    """Entries of the baseline, in scope, that no longer occur."""

    @property
    def has_drift(self) -> bool:
        """Whether anything moved that must not."""
        return bool(self.drift or self.deleted or any(map(is_drift, self.conflicts)))

    @property
    def has_errors(self) -> bool:
        """Whether something stands in the way of telling."""
        return any(diagnostic.severity is Severity.ERROR for diagnostic in self.diagnostics)

    @property
    def has_refusals(self) -> bool:
        """Whether there are addresses of which nobody can tell what they are."""
        return any(diagnostic.severity is Severity.REFUSED for diagnostic in self.diagnostics)

    def drifted(self) -> Iterator[Address]:
        """The address of everything that counts as drift; one with several fields comes several times."""
        yield from (finding.address for finding in self.drift)
        yield from (each.address for each in self.deleted)
        yield from (finding.address for finding in self.conflicts if is_drift(finding))


def is_drift(finding: Finding) -> bool:
    """Whether a conflict is about a field the manifests have the last word on, or one that a person has to
    settle: a text that was to be merged."""
    return finding.field.ownership in (Ownership.ENFORCED, Ownership.ABSENT, Ownership.MERGED)
