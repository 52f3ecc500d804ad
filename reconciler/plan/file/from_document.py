"""The Plan a document holds.

In: a validated document, and where to look up secrets. Out: the Plan. It must not judge whether the plan may
still be applied; `open_saved` does.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.compare import FieldChange
from reconciler.errors import Diagnostic, Origin, Severity
from reconciler.plan.file.codec import SecretLookup, decode_leaf, decode_operation
from reconciler.plan.file.document import (
    ChangeDocument,
    DiagnosticDocument,
    FieldDocument,
    FindingDocument,
    PlanDocument,
    SetDocument,
)
from reconciler.plan.model import Action, Change, Finding, Limits, Plan, Reason, SetIntent
from reconciler.rules import RULES, Level, Turns
from reconciler.values import UNSET, Address, Effect, Owner, Ownership, Verdict


def read_plan(document: PlanDocument, secret: SecretLookup) -> Plan:
    return Plan(
        project=document.project,
        changes=tuple(_read_change(change, secret) for change in document.changes),
        kept=tuple(_read_change(change, secret) for change in document.kept),
        drift=tuple(_read_finding(finding) for finding in document.drift),
        learned=tuple(_read_finding(finding) for finding in document.learned),
        conflicts=tuple(_read_finding(finding) for finding in document.conflicts),
        diagnostics=tuple(_read_diagnostic(diagnostic) for diagnostic in document.diagnostics),
        silent=tuple(_read_diagnostic(diagnostic) for diagnostic in document.silent),
        ids=dict(document.ids),
        reads=document.requests.reads,
        compared=document.compared,
        is_whole=document.whole,
        limits=Limits(
            document.safety.max_deletes,
            document.safety.max_overwrites,
            document.safety.max_change_percent,
            _read_turns(document.safety.rules),
        ),
        server=document.server,
        sets=tuple(_read_set(each) for each in document.sets),
    )


def _read_turns(levels: Mapping[str, str]) -> Turns:
    """What this program knows of them; the project that is configured at apply has the say."""
    return Turns({name: Level(word) for name, word in levels.items() if name in RULES})


def _read_set(document: SetDocument) -> SetIntent:
    return SetIntent(
        Owner.parse(document.set),
        document.digest,
        frozenset(map(Address.parse, document.protect)),
        document.by_apply,
        {Address.parse(text): dict(noted) for text, noted in document.noted.items()},
        {Address.parse(text): dict(texts) for text, texts in document.texts.items()},
        frozenset(map(Address.parse, document.let_go)),
        drops_parameters=document.drops_parameters,
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
        passages=document.passages,
        used_by=tuple(document.used_by),
        takes_along=tuple(document.takes_along),
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
        document.code,
        document.rule,
    )
