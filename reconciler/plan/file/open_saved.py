"""A plan in a file: read back to be applied exactly, refused when it was edited.

In: the text of a plan file. Out: the Plan it holds. It must not know the server; `staleness` judges whether
the plan still fits.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.errors import ReconcilerError, StalePlan
from reconciler.formats import VERSION_KEY, Document
from reconciler.plan.file.claims import check_claims
from reconciler.plan.file.document import FORMAT, digest_of, digest_of_changes, read_back
from reconciler.plan.model import Plan
from reconciler.values import SecretLookup

_BEFORE_DIGESTS_COVERED_ALL = "1.0"


def from_json(text: str, environ: Mapping[str, str]) -> Plan:
    """The plan in a file; secrets are looked up in `environ`. ReconcilerError says what is wrong with it."""
    written = FORMAT.parsed(text)
    plan = read_back(FORMAT.read(FORMAT.current(written), _secrets(environ)))
    _check_digest(written)
    check_claims(plan)
    return plan


def _check_digest(document: Document) -> None:
    is_old = document[VERSION_KEY] == _BEFORE_DIGESTS_COVERED_ALL
    content = digest_of_changes(document) if is_old else digest_of(document)
    if content != document["digest"]:
        raise StalePlan(
            "this plan file was changed after it was made",
            why=f"its digest is {document['digest']}, its content gives {content}",
            hint=FORMAT.again,
        )


def _secrets(environ: Mapping[str, str]) -> SecretLookup:
    def look_up(name: str) -> str:
        if name not in environ:
            raise ReconcilerError(
                f"the plan needs the secret {name}, which is not set", hint=f"export {name}=..."
            )
        return environ[name]

    return look_up
