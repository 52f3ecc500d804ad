"""Notices that are said of runs, of names on the server, and with a drift report."""

from __future__ import annotations

from datetime import timedelta

from reconciler.apply.hanging_run import Running
from reconciler.apply.hanging_run import judge as judge_runs
from reconciler.drift import drift_of
from reconciler.plan import Action, Plan, Reason, make_plan
from reconciler.plan.model import Change
from reconciler.project.namesakes import Named
from reconciler.project.namesakes import judge as judge_namesakes
from reconciler.remote.read.running_agents import Hanging, InFlight
from reconciler.values import Live, Scope
from tests.plan.worlds import AGENT, STATE, applied, edited, team

from .typed import commands, parse

MADE = Change(AGENT, Action.CREATE, Reason.NOT_FOUND, server_name="helper")


def test_a_run_that_the_server_forgot_is_said_with_what_ends_it() -> None:
    hanging = Hanging("run-1", "agent-1", "running", timedelta(minutes=90))
    changed = Change(AGENT, Action.UPDATE, Reason.FIELD_CHANGED, id="agent-1")
    (found,) = judge_runs(Running(Plan("demo", changes=(changed,)), InFlight(hanging=(hanging,))))
    assert found.titled.startswith("R238 hanging-run: run-1 is 'running' for 90 min")
    assert found.address == str(AGENT)
    assert found.hint.endswith('/v1/agents/agent-1/messages/cancel {"run_ids": ["run-1"]}')


def test_an_agent_of_the_same_name_can_be_adopted_as_printed() -> None:
    (nobodys,) = judge_namesakes(Named([MADE], {"helper": [("agent-9", "")]}))
    (theirs,) = judge_namesakes(Named([MADE], {"helper": [("agent-9", "other")]}))
    assert nobodys.titled.startswith("R209 namesake: an agent is called 'helper' already (agent-9)")
    for found in (nobodys, theirs):
        (words,) = commands(found.hint)
        assert parse(words) == "reconciler adopt"
    assert theirs.hint.endswith("--take-over")
    assert not list(judge_namesakes(Named([MADE], {})))


def test_a_block_over_its_limit_is_said_until_its_limit_is_raised() -> None:
    def rules(limit: int) -> set[str]:
        live = edited(applied(team()), STATE, value="x" * 50, limit=limit)
        report = drift_of(make_plan(team(), live, Scope()), live, Scope())
        return {found.rule for found in report.diagnostics}

    assert "over-limit" in rules(40)
    assert "over-limit" not in rules(50)


def test_marks_that_an_app_took_off_are_one_line() -> None:
    lost = tuple(Change(each, Action.UPDATE, Reason.MARK_LOST) for each in (AGENT, STATE))
    report = drift_of(Plan("demo", changes=lost), Live(), Scope())
    (found,) = (each for each in report.diagnostics if each.rule == "lost-mark")
    assert found.titled == "R215 lost-mark: the marks of 2 resources are gone"
