"""The drift report as a JSON document: the shape other programs may rely on.

In: a DriftReport. Out: its document and the text of it. What an attribute is called there stands beside it,
in `drift.model`; a field looks as in a plan. It must not decide anything.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated

from reconciler.codec import Always, Key
from reconciler.codec.codec import Codec
from reconciler.drift.baseline import Entry
from reconciler.drift.model import DriftReport
from reconciler.formats import Document, Format, Step, only_adds, text_of


@dataclass(frozen=True, slots=True)
class Compared:
    """How much was looked at."""

    resources: int
    users: int
    reads: int
    """Requests it took."""


@dataclass(frozen=True, slots=True)
class KnownDrift:
    """What the baseline left out, and its entries that no longer occur."""

    accepted: int
    stale: Always[tuple[Entry, ...]]


@dataclass(frozen=True, kw_only=True)
class DriftFile(DriftReport):
    """A whole drift report; `drifted` is what exit status 2 says."""

    is_drifted: Annotated[bool, Key("drifted", after="server")]
    looked_at: Annotated[Compared, Key("compared", after="is_drifted")]
    known: Annotated[KnownDrift, Key("baseline", after="undeclared")]


FORMAT = Format("drift report", "1.1", Codec(DriftFile), steps={"1.0": Step("1.1", only_adds)})


def to_document(report: DriftReport) -> Document:
    """The report as the document programs read; same report, same bytes."""
    values = {each.name: getattr(report, each.name) for each in fields(DriftReport)}
    file = DriftFile(
        **values,
        is_drifted=report.has_drift,
        looked_at=Compared(report.compared, report.users, report.reads),
        known=KnownDrift(report.accepted, report.stale),
    )
    return FORMAT.document(file)


def to_json(report: DriftReport) -> str:
    """The document as text, indented, ending in a newline."""
    return text_of(to_document(report))
