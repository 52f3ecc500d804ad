"""A rule is an object with a judge: one that somebody adds is asked like ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.errors import Diagnostic, UnsafePlan
from reconciler.guard import GUARDS, Guard, Judged, check
from reconciler.plan import make_plan
from reconciler.rules import Level, Rule
from reconciler.values import Live, Scope
from tests.plan.worlds import team

QUIET_HOURS = Rule("X101", "quiet-hours", Level.FIRM, "a plan of this team")


def judge(judged: Judged) -> Iterator[Diagnostic]:
    for change in judged.plan.changes:
        yield GUARD.finds(address=change.address)


GUARD = Guard(QUIET_HOURS, message="{address} waits", fix="come back tomorrow", judge=judge)


def test_a_guard_of_somebody_else_objects_beside_ours() -> None:
    plan = make_plan(team(), Live(), Scope())
    check(plan, Live())
    with pytest.raises(UnsafePlan, match="X101 quiet-hours: team/ada/block/state waits; come back tomorrow"):
        check(plan, Live(), guards=(*GUARDS, GUARD))
