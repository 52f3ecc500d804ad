"""The Executor does the plan, in its order, and accounts for every change."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from reconciler.apply import Executor, Outcome, Result, Status
from reconciler.errors import RemoteError
from reconciler.plan import Plan, PlanOptions, make_plan
from reconciler.plan.model import Change
from reconciler.values import Address, Complete, Create, Delete, Desired, Live, Operation, Scope
from tests.plan.worlds import AGENT, GROUP, NOTES, PERSONA, STATE, applied, team, with_leaf


@dataclass
class Recorder:
    """A writer that notes what it is told, and fails where it is asked to."""

    fails: Callable[[Operation], bool] = lambda operation: False
    sent: list[Operation] = field(default_factory=list)
    seen_ids: dict[Address, Mapping[str, str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def perform(self, operation: Operation, ids: Mapping[str, str]) -> Mapping[Address, str]:
        with self.lock:
            self.seen_ids[operation.address] = dict(ids)
            if self.fails(operation):
                raise RemoteError("the server said no", status=500)
            self.sent.append(operation)
        if isinstance(operation, Create):
            made = [operation.address, *(block.address for block in operation.inline)]
            return {address: f"new-{address}" for address in made}
        return {}


class Silent:
    def started(self, change: Change) -> None: ...

    def finished(self, result: Result) -> None: ...

    def stopping(self, running: int) -> None: ...


class Kept:
    """Safekeeping of no interest here."""

    def keep(self, address: Address, path: str, value: str, why: str) -> None: ...

    def export(self, address: Address, server_id: str) -> str:
        return ""


def execute(plan: Plan, writer: Recorder, parallel: int = 4) -> Outcome:
    return Executor(writer, Silent(), parallel, safe=Kept()).execute(plan)


def statuses(outcome: Outcome) -> dict[Address, Status]:
    return {result.change.address: result.status for result in outcome.results}


def test_every_operation_of_the_plan_is_sent_once_and_nothing_else() -> None:
    plan = make_plan(team(), Live(), Scope())
    writer = Recorder()
    outcome = execute(plan, writer)
    planned = [operation for change in plan.changes for operation in change.operations]
    assert sorted(writer.sent, key=repr) == sorted(planned, key=repr)
    assert outcome.writes == plan.writes
    assert outcome.exit_code == 0


def test_a_resource_is_made_after_everything_it_needs() -> None:
    writer = Recorder()
    execute(make_plan(team(), Live(), Scope()), writer)
    assert {str(STATE), str(NOTES)} <= set(writer.seen_ids[AGENT])
    assert str(AGENT) in writer.seen_ids[GROUP]


def test_a_carried_block_is_done_with_its_agent_and_has_its_id() -> None:
    outcome = execute(make_plan(team(), Live(), Scope()), Recorder())
    persona = next(result for result in outcome.results if result.change.address == PERSONA)
    assert persona.status is Status.DONE
    assert persona.id == f"new-{PERSONA}"


def test_what_needs_a_failed_change_is_skipped_because_of_it_and_the_rest_is_done() -> None:
    writer = Recorder(fails=lambda operation: operation.address == AGENT)
    outcome = execute(make_plan(team(), Live(), Scope()), writer)
    assert statuses(outcome) == {
        STATE: Status.DONE,
        NOTES: Status.DONE,
        AGENT: Status.FAILED,
        PERSONA: Status.SKIPPED,
        GROUP: Status.SKIPPED,
    }
    assert {result.because for result in outcome.results if result.because} == {AGENT}
    assert outcome.exit_code == 3


def test_nothing_done_at_all_is_an_error_not_a_partial_apply() -> None:
    outcome = execute(make_plan(team(), Live(), Scope()), Recorder(fails=lambda operation: True))
    assert outcome.exit_code == 1


def test_the_old_agent_goes_only_after_the_group_has_moved_to_the_new_one() -> None:
    plan = make_plan(with_leaf(team(), AGENT, agent_type="memgpt_v2_agent"), applied(team()), Scope())
    writer = Recorder()
    outcome = execute(plan, writer)
    assert [operation.address for operation in writer.sent] == [AGENT, AGENT, AGENT, GROUP, AGENT]
    assert isinstance(writer.sent[-1], Delete)
    assert writer.seen_ids[GROUP][str(AGENT)] == f"new-{AGENT}"
    assert outcome.is_complete


def test_a_failed_move_keeps_the_old_agent() -> None:
    plan = make_plan(with_leaf(team(), AGENT, agent_type="memgpt_v2_agent"), applied(team()), Scope())
    writer = Recorder(fails=lambda operation: operation.address == GROUP)
    outcome = execute(plan, writer)
    assert not any(isinstance(operation, Delete) for operation in writer.sent)
    assert statuses(outcome)[AGENT] is Status.FAILED, "it was made anew: nobody may take it for not begun"
    assert outcome.exit_code in (1, 3)


def with_a_background_group() -> Desired:
    in_background = with_leaf(team(), GROUP, manager_type="sleeptime", manager_agent=str(AGENT))
    return with_leaf(in_background, AGENT, enable_sleeptime=True)


def test_an_agent_gets_the_flag_only_after_its_group() -> None:
    writer = Recorder()
    outcome = execute(make_plan(with_a_background_group(), Live(), Scope()), writer)
    assert [operation.address for operation in writer.sent][-2:] == [GROUP, AGENT]
    assert writer.sent[-1] == Complete(AGENT, {"enable_sleeptime": True})
    assert all("enable_sleeptime" not in each.leaves for each in writer.sent if isinstance(each, Create))
    assert outcome.is_complete


def test_without_its_group_the_agent_is_there_and_says_what_is_missing() -> None:
    writer = Recorder(fails=lambda operation: operation.address == GROUP)
    outcome = execute(make_plan(with_a_background_group(), Live(), Scope()), writer)
    (agent,) = (each for each in outcome.results if each.change.address == AGENT)
    assert not any(isinstance(operation, Complete) for operation in writer.sent)
    assert agent.status is Status.FAILED
    assert agent.error is not None
    assert agent.error.summary == f"{AGENT} is there, but enable_sleeptime is not set yet"
    assert str(GROUP) in agent.error.why


def test_deletes_run_groups_first_also_side_by_side() -> None:
    plan = make_plan(team(), applied(team()), Scope(), PlanOptions(destroy=True))
    writer = Recorder()
    execute(plan, writer, parallel=8)
    kinds = [operation.address.kind for operation in writer.sent]
    assert kinds[:2] == ["group", "agent"]
    assert set(kinds[2:]) == {"block", "source"}


def test_an_interrupt_lets_running_changes_finish_and_names_the_rest() -> None:
    def interrupt(operation: Operation) -> bool:
        return False

    class Interrupting(Silent):
        def finished(self, result: Result) -> None:
            if result.change.address == AGENT:
                raise KeyboardInterrupt

    plan = make_plan(team(), Live(), Scope())
    outcome = Executor(Recorder(interrupt), Interrupting(), 1).execute(plan)
    assert outcome.interrupted
    assert outcome.exit_code == 130
    assert statuses(outcome)[GROUP] is Status.NOT_STARTED
