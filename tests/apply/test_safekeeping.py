"""What a write ends is put aside before it is sent, and nothing is sent when that fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from reconciler.apply import Executor, Outcome, Status
from reconciler.apply.backups import Vault, follow_moves, put_aside
from reconciler.errors import CacheError, Conflict, ReconcilerError
from reconciler.plan import Plan, PlanOptions, make_plan
from reconciler.state import History
from reconciler.values import Address, Desired, Live, Operation, Ownership, Policy, Scope
from tests.apply.test_executor import Silent
from tests.plan.worlds import AGENT, STATE, applied, edited, team, with_leaf


@dataclass
class Log:
    """Writer and safekeeping in one: what happened, in order."""

    events: list[tuple[str, ...]] = field(default_factory=list)
    error: ReconcilerError | None = None

    def perform(self, operation: Operation, ids: Mapping[str, str]) -> Mapping[Address, str]:
        del ids
        self.events.append(("write", type(operation).__name__, str(operation.address)))
        return {}

    def keep(self, address: Address, path: str, value: str, why: str) -> None:
        if self.error:
            raise self.error
        self.events.append(("keep", str(address), path, value, why))

    def export(self, address: Address, server_id: str) -> str:
        if self.error:
            raise self.error
        self.events.append(("export", str(address), server_id))
        return "/saved.af"


def run(plan: Plan, log: Log) -> Outcome:
    return Executor(log, Silent(), 1, safe=log).execute(plan)


def drifted(value: str = "by hand") -> Plan:
    """The value of one enforced block was edited on the server."""
    desired = enforced(team())
    return make_plan(desired, edited(applied(desired), STATE, value=value), Scope())


def enforced(desired: Desired) -> Desired:
    declared = replace(desired.resources[STATE], policy=Policy(fields={"value": Ownership.ENFORCED}))
    return replace(desired, resources={**desired.resources, STATE: declared})


def destroyed(messages: int = 2) -> Plan:
    live = applied(team())
    agent = replace(live.resources[AGENT], messages=messages)
    live = replace(live, resources={**live.resources, AGENT: agent})
    return make_plan(team(), live, Scope(), PlanOptions(destroy=True))


def test_an_old_value_is_kept_before_it_is_written_over() -> None:
    log = Log()
    assert run(drifted(), log).exit_code == 0
    assert log.events == [
        ("keep", str(STATE), "value", "by hand", "drifted"),
        ("write", "Update", str(STATE)),
    ]


def test_a_value_is_kept_before_its_block_is_deleted() -> None:
    log = Log()
    run(destroyed(), log)
    kept = log.events.index(("keep", str(STATE), "value", "calm", "destroy"))
    assert log.events[kept + 1] == ("write", "Delete", str(STATE))


def test_an_agent_that_has_spoken_is_saved_before_it_is_deleted_and_the_outcome_says_where() -> None:
    log = Log()
    outcome = run(destroyed(), log)
    saved = log.events.index(("export", str(AGENT), f"id-{AGENT}"))
    assert log.events[saved + 1] == ("write", "Delete", str(AGENT))
    (result,) = [result for result in outcome.results if result.saved_at]
    assert (result.change.address, result.saved_at) == (AGENT, "/saved.af")


def test_an_agent_that_said_nothing_is_not_saved() -> None:
    log = Log()
    run(destroyed(messages=0), log)
    assert not [event for event in log.events if event[0] == "export"]


def test_a_replaced_agent_is_saved_only_when_the_old_one_goes() -> None:
    live = applied(team())
    agent = replace(live.resources[AGENT], messages=2)
    live = replace(live, resources={**live.resources, AGENT: agent})
    log = Log()
    run(make_plan(with_leaf(team(), AGENT, agent_type="memgpt_v2_agent"), live, Scope()), log)
    assert [event[:2] for event in log.events[-2:]] == [("export", str(AGENT)), ("write", "Delete")]


def test_nothing_is_written_when_the_value_cannot_be_kept() -> None:
    log = Log(error=CacheError("the disk is full"))
    outcome = run(drifted(), log)
    assert log.events == []
    assert [result.status for result in outcome.results] == [Status.FAILED]


def test_without_a_place_nothing_that_holds_a_value_ends() -> None:
    log = Log()
    outcome = Executor(log, Silent(), 1).execute(drifted())
    assert log.events == []
    assert outcome.exit_code == 1


def test_creates_and_writes_of_other_fields_need_no_place() -> None:
    log = Log()
    assert Executor(log, Silent(), 1).execute(make_plan(team(), Live(), Scope())).exit_code == 0
    moved = with_leaf(team(), STATE, description="new")
    assert Executor(log, Silent(), 1).execute(make_plan(moved, applied(team()), Scope())).exit_code == 0


def test_an_empty_value_is_nothing_to_lose() -> None:
    log = Log()
    run(drifted(value=""), log)
    assert [event[0] for event in log.events] == ["write"]


def test_a_plan_that_shows_one_value_and_ends_another_is_refused() -> None:
    (change,) = drifted().changes
    shown = replace(change, fields=tuple(replace(each, live="something else") for each in change.fields))
    with pytest.raises(Conflict, match="other than the one it shows"):
        put_aside(Log(), shown, change.operations[0])


def test_a_vault_without_history_refuses_and_says_how_to_go_on() -> None:
    with pytest.raises(CacheError) as caught:
        Vault(None, archive=Unused()).keep(STATE, "value", "calm", "drifted")
    assert "--allow history-loss" in caught.value.hint


def test_a_person_may_let_old_values_go() -> None:
    Vault(None, Unused(), without_history=True).keep(STATE, "value", "calm", "drifted")


def test_old_values_follow_a_renamed_resource() -> None:
    moves: list[tuple[Address, Address]] = []

    class Moves(History):
        def __init__(self) -> None: ...

        def move(self, old: Address, new: Address) -> None:
            moves.append((old, new))

    outcome = run(drifted(), Log())
    (result,) = outcome.results
    renamed = replace(result, change=replace(result.change, moved_from=AGENT))
    follow_moves(Moves(), replace(outcome, results=(result, renamed)))
    assert moves == [(AGENT, STATE)]


class Unused:
    def save(self, address: Address, server_id: str) -> str:
        raise AssertionError("no agent is saved here")
