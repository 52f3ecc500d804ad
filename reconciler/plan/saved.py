"""A plan in a file: written for review, read back to be applied exactly, refused when the world moved.

In: a Plan, or the text of a plan file. Out: the document, or the Plan it holds. It must not read the server:
whoever applies hands in what is live now.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from reconciler.compare import FieldChange
from reconciler.errors import Diagnostic, Origin, ReconcilerError, Severity, StalePlan
from reconciler.plan.codec import SecretLookup, decode_leaf, decode_operation, encode_leaf, encode_operation
from reconciler.plan.document import (
    FORMAT_VERSION,
    ChangeDocument,
    DiagnosticDocument,
    FieldDocument,
    FindingDocument,
    LimitsDocument,
    PlanDocument,
    RequestsDocument,
)
from reconciler.plan.model import Action, Change, Finding, Limits, Plan, Reason
from reconciler.plan.moved import renamed
from reconciler.values import UNSET, Address, Create, Effect, Live, Ownership, Secret, Update, Verdict
from reconciler.values import digest as leaf_digest


def to_document(plan: Plan) -> PlanDocument:
    """The plan as the document programs read; same plan, same bytes."""
    return PlanDocument(
        format_version=FORMAT_VERSION,
        project=plan.project,
        server=plan.server,
        digest=digest(plan),
        safety=LimitsDocument(
            max_deletes=plan.limits.max_deletes, max_change_percent=plan.limits.max_change_percent
        ),
        requests=RequestsDocument(reads=plan.reads, writes=plan.writes),
        summary=summary(plan),
        compared=plan.compared,
        changes=[_change(change) for change in plan.changes],
        kept=[_change(change) for change in plan.kept],
        drift=[finding_document(finding) for finding in plan.drift],
        learned=[finding_document(finding) for finding in plan.learned],
        conflicts=[finding_document(finding) for finding in plan.conflicts],
        diagnostics=[diagnostic_document(diagnostic) for diagnostic in plan.diagnostics],
        ids=dict(plan.ids),
    )


def to_json(plan: Plan) -> str:
    """The document as text, indented, ending in a newline."""
    return json.dumps(_plain(to_document(plan)), indent=2, ensure_ascii=False) + "\n"


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


def digest(plan: Plan) -> str:
    """Names this plan: the same manifests against the same world give the same one."""
    text = json.dumps([plan.project, [_plain(_change(change)) for change in plan.changes]], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def from_json(text: str, environ: Mapping[str, str]) -> Plan:
    """The plan in a file; secrets are looked up in `environ`. ReconcilerError says what is wrong with it."""
    try:
        raw = json.loads(text)
    except ValueError as error:
        raise ReconcilerError("this is not a plan file", why=f"not JSON: {error}") from error
    version = str(raw.get("format_version", "")) if isinstance(raw, dict) else ""
    if version.partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        raise ReconcilerError(
            f"the plan file has format_version {version or 'nothing'!r}; this program reads {FORMAT_VERSION}",
            hint="make the plan again with this version: reconciler plan -o plan.json",
        )
    try:
        document = PlanDocument.model_validate(raw)
        plan = _read_plan(document, _secrets(environ))
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        raise ReconcilerError(
            "this plan file is damaged",
            why=str(error).splitlines()[0],
            hint="make the plan again: reconciler plan -o plan.json",
        ) from error
    if digest(plan) != document.digest:
        raise StalePlan(
            "this plan file was changed after it was made",
            why=f"its digest is {document.digest}, its content gives {digest(plan)}",
            hint="make the plan again: reconciler plan -o plan.json",
        )
    _check_secrets(plan)
    return plan


def _check_secrets(plan: Plan) -> None:
    """A secret whose value moved since the plan was reviewed makes it stale; markers hold the digest."""
    for change in plan.changes:
        for operation in change.operations:
            if not isinstance(operation, Create | Update):
                continue
            leaves = operation.leaves if isinstance(operation, Create) else operation.after
            base = operation.marker.base if isinstance(operation, Create) else operation.base
            for path, leaf in leaves.items():
                if isinstance(leaf, Secret) and leaf.name and base.get(path) != leaf_digest(leaf):
                    raise StalePlan(
                        f"the secret {leaf.name} is not the one this plan was made with",
                        hint="plan again and review: reconciler plan -o plan.json",
                    )


def check_fresh(plan: Plan, live: Live) -> None:
    """StalePlan when any resource the plan touches is not as it was when the plan was made."""
    live = renamed(live, {change.address: change.moved_from for change in plan.changes if change.moved_from})
    moved = [line for change in plan.changes if (line := _movement(change, live))]
    if moved:
        raise StalePlan(
            "the server moved since this plan was made:\n" + "\n".join(f"  {line}" for line in moved),
            hint="plan again and review: reconciler plan -o plan.json",
        )


def _movement(change: Change, live: Live) -> str:
    now = live.resources.get(change.address)
    if change.address in live.duplicates:
        return f"{change.address}: its marker was copied"
    if now is None:
        return f"{change.address}: is gone" if change.id else ""
    if not change.id:
        return f"{change.address}: exists by now ({now.id})"
    if now.id != change.id:
        return f"{change.address}: is another resource now ({now.id})"
    return f"{change.address}: was changed" if now.fingerprint != change.fingerprint else ""


def _secrets(environ: Mapping[str, str]) -> SecretLookup:
    def look_up(name: str) -> str:
        if name not in environ:
            raise ReconcilerError(
                f"the plan needs the secret {name}, which is not set", hint=f"export {name}=..."
            )
        return environ[name]

    return look_up


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


def _read_plan(document: PlanDocument, secret: SecretLookup) -> Plan:
    return Plan(
        project=document.project,
        changes=tuple(_read_change(change, secret) for change in document.changes),
        kept=tuple(_read_change(change, secret) for change in document.kept),
        drift=tuple(_read_finding(finding) for finding in document.drift),
        learned=tuple(_read_finding(finding) for finding in document.learned),
        conflicts=tuple(_read_finding(finding) for finding in document.conflicts),
        diagnostics=tuple(_read_diagnostic(diagnostic) for diagnostic in document.diagnostics),
        ids=dict(document.ids),
        reads=document.requests.reads,
        compared=document.compared,
        limits=Limits(document.safety.max_deletes, document.safety.max_change_percent),
        server=document.server,
    )


def _read_field(document: FieldDocument) -> FieldChange:
    given = document.model_fields_set
    return FieldChange(
        document.path,
        Verdict(document.verdict),
        Ownership(document.ownership),
        Effect(document.effect),
        UNSET if document.base is None else document.base,
        decode_leaf(document.live, _no_secret) if "live" in given else UNSET,
        decode_leaf(document.desired, _no_secret) if "desired" in given else UNSET,
        decode_leaf(document.merged, _no_secret) if "merged" in given else UNSET,
        document.note,
    )


def _no_secret(name: str) -> str:
    """Fields are only shown; no secret is needed for that."""
    del name
    return ""


def _read_change(document: ChangeDocument, secret: SecretLookup) -> Change:
    return Change(
        address=Address.parse(document.address),
        action=Action(document.action),
        reason=Reason(document.reason),
        fields=tuple(_read_field(field) for field in document.fields),
        server_name=document.server_name,
        id=document.id,
        operations=tuple(decode_operation(operation, secret) for operation in document.operations),
        afterwards=tuple(decode_operation(operation, secret) for operation in document.afterwards),
        requires=frozenset(Address.parse(address) for address in document.requires),
        carried_by=Address.parse(document.carried_by) if document.carried_by else None,
        moved_from=Address.parse(document.moved_from) if document.moved_from else None,
        fingerprint=document.fingerprint,
        messages=document.messages,
        protected=document.protected,
        origin=Origin(document.origin) if document.origin else None,
    )


def _read_finding(document: FindingDocument) -> Finding:
    return Finding(Address.parse(document.address), _read_field(document.field))


def _read_diagnostic(document: DiagnosticDocument) -> Diagnostic:
    return Diagnostic(
        document.summary,
        Origin(document.where) if document.where else None,
        document.address,
        document.why,
        document.hint,
        Severity(document.severity),
    )
