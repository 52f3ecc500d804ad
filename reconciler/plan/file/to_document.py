"""A Plan as the document programs read.

In: a Plan. Out: the pydantic document, its JSON text, and the digest that names it; same plan, same bytes. A
secret is written as the name of its variable. It must not read anything back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from reconciler.compare import FieldChange
from reconciler.errors import Diagnostic
from reconciler.plan.file.codec import encode_leaf, encode_operation
from reconciler.plan.file.document import (
    FORMAT_VERSION,
    ChangeDocument,
    DiagnosticDocument,
    FieldDocument,
    FindingDocument,
    LimitsDocument,
    PlanDocument,
    RequestsDocument,
    SetDocument,
)
from reconciler.plan.model import Action, Change, Finding, Plan, SetIntent
from reconciler.values import UNSET, Address, Owner


def to_document(plan: Plan) -> PlanDocument:
    """The plan as the document programs read; same plan, same bytes."""
    document = _undigested(plan)
    return document.model_copy(update={"digest": digest_of(_plain(document))})


def _undigested(plan: Plan) -> PlanDocument:
    return PlanDocument(
        format_version=FORMAT_VERSION,
        project=plan.project,
        server=plan.server,
        digest="",
        safety=LimitsDocument(
            max_deletes=plan.limits.max_deletes,
            max_overwrites=plan.limits.max_overwrites,
            max_change_percent=plan.limits.max_change_percent,
        ),
        requests=RequestsDocument(
            reads=plan.reads,
            writes=plan.writes,
            lock=plan.lock_requests,
            **({"looks": plan.looks} if plan.looks else {}),
            **({"records": plan.record_requests} if plan.records else {}),
        ),
        summary=summary(plan),
        compared=plan.compared,
        whole=plan.is_whole,
        changes=[_change(change) for change in plan.changes],
        kept=[_change(change) for change in plan.kept],
        drift=[finding_document(finding) for finding in plan.drift],
        learned=[finding_document(finding) for finding in plan.learned],
        conflicts=[finding_document(finding) for finding in plan.conflicts],
        diagnostics=[diagnostic_document(diagnostic) for diagnostic in plan.diagnostics],
        ids=dict(plan.ids),
        sets=[_set(intent) for intent in plan.sets if intent.owner in _touched(plan)],
    )


def to_json(plan: Plan) -> str:
    """The document as text, indented, ending in a newline."""
    plain = _plain(_undigested(plan))
    plain["digest"] = digest_of(plain)
    return json.dumps(plain, indent=2, ensure_ascii=False) + "\n"


def _set(intent: SetIntent) -> SetDocument:
    values: dict[str, Any] = {
        "set": str(intent.owner),
        "digest": intent.digest,
        "protect": sorted(map(str, intent.protect)),
        "by_apply": intent.by_apply,
    }
    if intent.noted:
        values["noted"] = _by_address(intent.noted)
    if intent.let_go:
        values["let_go"] = sorted(map(str, intent.let_go))
    if intent.texts:
        values["texts"] = _by_address(intent.texts)
    if intent.drops_parameters:
        values["drops_parameters"] = True
    return SetDocument(**values)


def _by_address(values: Mapping[Address, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    found = sorted(values.items(), key=lambda item: item[0].order)
    return {str(address): dict(sorted(each.items())) for address, each in found}


def _touched(plan: Plan) -> set[Owner]:
    """Sets of which the plan changes something, or whose record is behind."""
    return {change.address.owner for change in plan.changes} | {each.after.owner for each in plan.records}


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


def _plain(document: Any) -> Any:
    return document.model_dump(mode="json", exclude_unset=True)


def _field(field: FieldChange) -> FieldDocument:
    values: dict[str, Any] = {
        "path": field.path,
        "verdict": field.verdict.value,
        "ownership": field.ownership.value,
        "effect": field.effect.value,
    }
    if field.base is not UNSET:
        values["base"] = field.base
    for name in ("live", "desired", "merged"):
        leaf = getattr(field, name)
        if leaf is not UNSET:
            values[name] = encode_leaf(leaf)
    if field.note:
        values["note"] = field.note
    return FieldDocument(**values)


def _change(change: Change) -> ChangeDocument:
    values: dict[str, Any] = {
        "address": str(change.address),
        "action": change.action.value,
        "reason": change.reason.value,
        "server_name": change.server_name,
        "id": change.id,
        "fields": [_field(field) for field in change.fields],
        "operations": [encode_operation(operation) for operation in change.operations],
        "afterwards": [encode_operation(operation) for operation in change.afterwards],
        "requires": sorted(str(address) for address in change.requires),
        "fingerprint": change.fingerprint,
        "messages": change.messages,
        **({"passages": change.passages} if change.passages else {}),
        **({"used_by": list(change.used_by)} if change.used_by else {}),
        **({"takes_along": list(change.takes_along)} if change.takes_along else {}),
        "protected": change.protected,
        "origin": str(change.origin or ""),
    }
    if change.moved_from:
        values["moved_from"] = str(change.moved_from)
    if change.carried_by:
        values["carried_by"] = str(change.carried_by)
    return ChangeDocument(**values)


def finding_document(finding: Finding) -> FindingDocument:
    """One finding as a document; secrets by name only."""
    return FindingDocument(address=str(finding.address), field=_field(finding.field))


def diagnostic_document(diagnostic: Diagnostic) -> DiagnosticDocument:
    """One problem as a document."""
    return DiagnosticDocument(
        severity=diagnostic.severity.value,
        summary=diagnostic.summary,
        address=diagnostic.address,
        where=str(diagnostic.where or ""),
        why=diagnostic.why,
        hint=diagnostic.hint,
    )
