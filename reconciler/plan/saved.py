"""A plan in a file: read back to be applied exactly, refused when it was edited or the world moved.

In: the text of a plan file, and what is live now. Out: the Plan it holds. It must not read the server:
whoever applies hands in what is live.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import ValidationError

from reconciler.errors import ReconcilerError, StalePlan
from reconciler.plan.codec import SecretLookup
from reconciler.plan.document import FORMAT_VERSION, PlanDocument
from reconciler.plan.model import Change, Plan
from reconciler.plan.reading import read_plan
from reconciler.plan.writing import digest
from reconciler.values import Create, Live, Secret, Update
from reconciler.values import digest as leaf_digest


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
        plan = read_plan(document, _secrets(environ))
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
    moved = [line for change in plan.changes if (line := _movement(change, live))]
    if moved:
        raise StalePlan(
            "the server moved since this plan was made:\n" + "\n".join(f"  {line}" for line in moved),
            hint="plan again and review: reconciler plan -o plan.json",
        )


def _movement(change: Change, live: Live) -> str:
    address = change.moved_from or change.address
    now = live.resources.get(address)
    if {address, change.address} & live.duplicates.keys():
        return f"{change.address}: its marker was copied"
    if change.moved_from and change.address in live.resources:
        return f"{change.address}: exists by now ({live.resources[change.address].id})"
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
