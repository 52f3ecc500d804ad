"""The plan as a JSON document: the shape other programs may rely on.

In: a Plan. Out: its document, its text and the digest that names it; same plan, same bytes. And the Plan of
such a document. What an attribute is called there stands beside it, in `plan.model` and `values`; a leaf,
and above all a secret, is written as `values.leaf` says. It must not judge anything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Annotated, Any

from reconciler.codec import Always, AsGiven, Key
from reconciler.codec.codec import Codec
from reconciler.formats import Document, Format, Step, only_adds, text_of
from reconciler.plan.model import Action, Plan
from reconciler.values import Owner


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests it took to make the plan, and that an apply will send."""

    reads: int
    writes: int
    looks: int = 0
    """To look again, right before a write, at what it changes or deletes."""
    lock: Always[int] = 0
    """For the lock that keeps other machines out, reads and writes together."""
    records: int = 0
    """For the records of changed sets, reads and writes together."""


@dataclass(frozen=True, kw_only=True)
class PlanFile(Plan):
    """A whole plan. A key that is missing means that the value is not set."""

    digest: Annotated[str, Key(after="server")]
    """Names the plan by everything else in the file."""
    requests: Annotated[Requests, Key(after="limits")]
    summary: Annotated[AsGiven[Mapping[str, int]], Key(after="requests")]
    """How many changes of each action, and how much is only said."""


FORMAT = Format(
    "plan file",
    "1.5",
    Codec(PlanFile),
    again="make the plan again: reconciler plan -o plan.json",
    steps={
        "1.0": Step("1.1", only_adds),  # the digest covers the whole document from here on
        "1.1": Step("1.2", only_adds),  # `sets`: what the record of each set will hold
        "1.2": Step("1.3", only_adds),  # what of it counts as applied, texts of merges, marks that are there
        "1.3": Step("1.4", only_adds),  # `drops_parameters`
        "1.4": Step("1.5", only_adds),  # the rules of diagnostics, what a project made of them
    },
)
"""A minor step only adds keys, a major step may change them."""

_ATTRIBUTES = tuple(each.name for each in fields(Plan))


def to_document(plan: Plan) -> Document:
    """The plan as the document programs read; same plan, same bytes."""
    document = FORMAT.document(_filed(plan))
    document["digest"] = digest_of(document)
    return document


def to_json(plan: Plan) -> str:
    """The document as text, indented, ending in a newline."""
    return text_of(to_document(plan))


def read_back(file: PlanFile) -> Plan:
    """The plan a file holds."""
    plan = Plan(**{name: getattr(file, name) for name in _ATTRIBUTES})
    return replace(plan, reads=file.requests.reads)


def summary(plan: Plan) -> dict[str, int]:
    """How many changes of each action, and how much is only said."""
    counts = {action.value: plan.count(action) for action in Action if plan.count(action)}
    return {
        **counts,
        "keep": len(plan.kept),
        "drift": len(plan.drift),
        "learned": len(plan.learned),
        "conflicts": len(plan.conflicts),
    }


def digest_of(document: Mapping[str, Any]) -> str:
    """Names a plan by everything in its document; `document` is plain JSON, with or without its digest."""
    return _hashed({key: value for key, value in document.items() if key != "digest"})


def digest_of_changes(document: Mapping[str, Any]) -> str:
    """What named a plan up to format 1.0."""
    return _hashed([document["project"], document.get("changes", [])])


def _hashed(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def _filed(plan: Plan) -> PlanFile:
    values = {name: getattr(plan, name) for name in _ATTRIBUTES}
    touched = _touched(plan)
    values["sets"] = tuple(intent for intent in plan.sets if intent.owner in touched)
    records = plan.record_requests if plan.records else 0
    requests = Requests(plan.reads, plan.writes, plan.looks, plan.lock_requests, records)
    return PlanFile(**values, digest="", requests=requests, summary=summary(plan))


def _touched(plan: Plan) -> set[Owner]:
    """Sets of which the plan changes something, or whose record is behind."""
    return {change.address.owner for change in plan.changes} | {each.after.owner for each in plan.records}
