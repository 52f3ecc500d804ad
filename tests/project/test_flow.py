"""Open, plan, apply: the same for programs as for the command line."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler import (
    Allowance,
    AsyncProject,
    LockHeld,
    Planned,
    PlanOptions,
    Project,
    ReconcilerError,
    Scope,
    Selector,
    StalePlan,
    UnsafePlan,
)
from reconciler.apply.apply_lock import Claimed, Terms
from reconciler.errors import Diagnostic
from reconciler.manifest import load
from reconciler.rules import BEYOND_LIMITS, DELETES
from tests.project.conftest import Open, declare
from tests.simulated import SimulatedLetta


def blocks(letta: SimulatedLetta) -> list[str]:
    """What the blocks of the users hold."""
    return sorted(row["value"] for row in letta.world.blocks if row["label"] == "mood")


def test_what_is_planned_is_applied_and_then_nothing_is_left(opened: Open, letta: SimulatedLetta) -> None:
    planned = opened().plan()
    assert len(planned.changes) == 4
    outcome = planned.apply()
    assert (outcome.exit_code, outcome.is_complete) == (0, True)
    assert blocks(letta) == ["calm", "calm"]
    assert opened("a clean runner").plan().is_empty


def test_planning_writes_nothing(opened: Open) -> None:
    project = opened()
    project.plan()
    project.drift()
    assert project.session.transport.counts.writes == 0


def test_an_empty_plan_is_applied_without_a_request(opened: Open) -> None:
    opened().plan().apply()
    planned = opened().plan()
    before = planned.session.transport.counts
    assert planned.apply().results == ()
    assert planned.session.transport.counts == before


def test_a_scope_narrows_the_plan(opened: Open) -> None:
    planned = opened().plan(Scope(users=frozenset({"2"})))
    assert {change.address.owner.user for change in planned.changes} == {"2"}


def test_a_scope_that_chooses_nothing_is_an_error(opened: Open) -> None:
    with pytest.raises(ReconcilerError, match="chooses nothing"):
        opened().plan(Scope((Selector("pear"),)))


def test_drift_is_what_somebody_else_changed(opened: Open, letta: SimulatedLetta) -> None:
    project = opened()
    project.plan().apply()
    assert not project.drift().has_drift
    next(row for row in letta.world.blocks if row["label"] == "mood")["value"] = "edited"
    assert [each.field.path for each in project.drift().drift] == ["value"]
    project.plan().apply()
    assert blocks(letta) == ["calm", "calm"]


def test_a_plan_is_what_the_command_line_saves(opened: Open) -> None:
    document = json.loads(opened().plan().to_json())
    assert document["project"] == "demo"
    assert len(document["changes"]) == 4


def test_what_a_rule_refuses_needs_the_allowance(opened: Open, folder: Path, letta: SimulatedLetta) -> None:
    opened().plan().apply()
    text = (folder / "all.yaml").read_text(encoding="utf-8")
    (folder / "all.yaml").write_text(
        text.replace("name: demo", "name: demo\nsafety: {max_deletes: 0}").replace(', {id: "2"}', ""),
        encoding="utf-8",
    )
    planned = opened().plan(options=PlanOptions(prune=True))
    with pytest.raises(UnsafePlan, match="R106 deletes"):
        planned.apply()
    assert len(blocks(letta)) == 2
    assert planned.apply(Allowance.of(DELETES)).is_complete
    assert blocks(letta) == ["calm"]


def test_a_plan_of_before_somebody_else_applied_is_stale(opened: Open, letta: SimulatedLetta) -> None:
    here, there = opened("here").plan(), opened("there").plan()
    there.apply()
    with pytest.raises(StalePlan):
        here.apply()
    assert blocks(letta) == ["calm", "calm"]
    assert here.again is not None
    assert here.again().is_empty


def test_a_plan_is_not_applied_while_somebody_else_applies(opened: Open, letta: SimulatedLetta) -> None:
    project = opened()
    with project.session.locked(Terms()), pytest.raises(LockHeld):
        opened().plan().apply()
    assert blocks(letta) == []
    assert opened().plan().apply().is_complete


def test_no_lock_is_left(opened: Open, letta: SimulatedLetta) -> None:
    opened().plan().apply()
    assert list(letta.world.folders) == []


def test_a_plan_with_errors_is_never_applied(opened: Open, letta: SimulatedLetta) -> None:
    planned = opened().plan()
    plan = replace(planned.plan, diagnostics=(Diagnostic("bad edge"),))
    planned = replace(planned, proposal=replace(planned.proposal, plan=plan))
    with pytest.raises(ReconcilerError, match="the plan has errors"):
        planned.apply(BEYOND_LIMITS)
    assert blocks(letta) == []


def test_warnings_of_manifests_reach_the_program(opened: Open, folder: Path) -> None:
    declare(folder, mood="${name}")
    said: list[Diagnostic] = []
    opened(warn=said.append)
    assert any("${name}" in each.summary for each in said)


def test_warnings_are_left_to_whoever_loaded_the_manifests(folder: Path, letta: SimulatedLetta) -> None:
    """The command line says them before it opens anything; they were said twice."""
    declare(folder, mood="${name}")
    said: list[Diagnostic] = []
    manifests = load([folder], {})
    assert manifests.warnings
    Project.open(manifests, cache=False, state=False, warn=said.append).close()
    assert said == []


def test_only_a_lock_makes_what_can_be_carried_out(opened: Open) -> None:
    """The order is in the types: `carry_out` takes a Claimed, and nothing but `claim` returns one."""
    project = opened()
    planned = project.plan()
    with project.session.locked(Terms()) as lock:
        claimed = lock.claim(planned.proposal)
    assert isinstance(claimed, Claimed)
    assert claimed.lock is lock


def test_the_same_awaited(folder: Path, tmp_path: Path, letta: SimulatedLetta) -> None:
    async def main() -> tuple[Planned, bool]:
        cache, state = tmp_path / "cache.db", tmp_path
        async with await AsyncProject.open(folder, cache=cache, state=state) as project:
            await project.apply(await project.plan())
            return await project.plan(), (await project.drift()).has_drift

    planned, has_drift = asyncio.run(main())
    assert (planned.is_empty, has_drift, blocks(letta)) == (True, False, ["calm", "calm"])
