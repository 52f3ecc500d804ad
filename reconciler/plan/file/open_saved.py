"""A plan in a file: read back to be applied exactly, refused when it was edited.

In: the text of a plan file. Out: the Plan it holds. It must not know the server; `staleness` judges whether
the plan still fits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import ValidationError

from reconciler.errors import ReconcilerError, StalePlan
from reconciler.plan.file.claims import check_claims
from reconciler.plan.file.codec import SecretLookup
from reconciler.plan.file.document import FORMAT_VERSION, PlanDocument
from reconciler.plan.file.from_document import read_plan
from reconciler.plan.file.to_document import digest_of, digest_of_changes
from reconciler.plan.model import Plan

_BEFORE_DIGESTS_COVERED_ALL = "1.0"


def from_json(text: str, environ: Mapping[str, str]) -> Plan:
    """The plan in a file; secrets are looked up in `environ`. ReconcilerError says what is wrong with it."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReconcilerError("this is not a plan file", why=f"not JSON: {_reason(error)}") from error
    version = str(raw.get("format_version", "")) if isinstance(raw, dict) else ""
    if version.partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        raise ReconcilerError(
            f"the plan file has format_version {version or 'nothing'!r}; this program reads {FORMAT_VERSION}",
            hint="make the plan again with this version: reconciler plan -o plan.json",
        )
    try:
        document = PlanDocument.model_validate(raw)
        plan = read_plan(document, _secrets(environ))
        content = (digest_of_changes if version == _BEFORE_DIGESTS_COVERED_ALL else digest_of)(raw)
    except (ValidationError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ReconcilerError(
            "this plan file is damaged",
            why=_reason(error),
            hint="make the plan again: reconciler plan -o plan.json",
        ) from error
    if content != document.digest:
        raise StalePlan(
            "this plan file was changed after it was made",
            why=f"its digest is {document.digest}, its content gives {content}",
            hint="make the plan again: reconciler plan -o plan.json",
        )
    check_claims(plan)
    return plan


def _reason(error: Exception) -> str:
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error).partition("\n")[0]


def _secrets(environ: Mapping[str, str]) -> SecretLookup:
    def look_up(name: str) -> str:
        if name not in environ:
            raise ReconcilerError(
                f"the plan needs the secret {name}, which is not set", hint=f"export {name}=..."
            )
        return environ[name]

    return look_up
