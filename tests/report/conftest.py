"""Plans of the case files, and plans made on the spot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.compare import FieldChange
from reconciler.plan.file.open_saved import from_json
from reconciler.plan.model import Action, Change, Plan, Reason
from reconciler.values import UNSET, Address, Effect, Leaf, Ownership, Unset, Verdict

CASES = Path(__file__).parent.parent / "cases" / "plans"
SECRETS = {"TODO_TOKEN": "canary-secret"}

LoadCase = Callable[[str], Plan]


def moved(
    path: str,
    live: Leaf | Unset = UNSET,
    desired: Leaf | Unset = UNSET,
    verdict: Verdict = Verdict.INTENDED,
    effect: Effect = Effect.WRITE,
) -> FieldChange:
    """One field of a change."""
    return FieldChange(path, verdict, Ownership.ENFORCED, effect, UNSET, live, desired)


def change(address: str, action: Action = Action.UPDATE, *fields: FieldChange) -> Change:
    """One change; creates are of what does not exist."""
    reason = Reason.NOT_FOUND if action is Action.CREATE else Reason.FIELD_CHANGED
    return Change(Address.parse(address), action, reason, fields=fields)


@pytest.fixture
def case() -> LoadCase:
    """Loads a plan document by name."""
    return lambda name: from_json((CASES / f"{name}.json").read_text(encoding="utf-8"), SECRETS)
