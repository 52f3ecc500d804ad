"""Names of sources are unique on the server: who takes one waits for who gives it up, or is told."""

from __future__ import annotations

from dataclasses import replace

from reconciler.plan import Plan, make_plan
from reconciler.plan.order import waits
from reconciler.values import Address, Desired, Live, LiveResource, Scope, Selector
from tests.plan.worlds import ADA, applied, declare


def source(name: str) -> Address:
    return Address(ADA, "source", name)


def called(**names: str) -> Desired:
    """Sources by the names they have on the server."""
    declared = (
        replace(declare(source(key), {"name": name, "embedding": "e/1"}), server_name=name)
        for key, name in names.items()
    )
    return Desired("demo", {each.address: each for each in declared})


def planned(before: Desired, after: Desired, *others: str) -> Plan:
    """The plan from one to the other, beside folders of others."""
    strangers = (LiveResource("source", f"source-{name}", name, {"name": name}) for name in others)
    live = Live(applied(before).resources, unmanaged=tuple(strangers))
    return make_plan(after, live, Scope())


def test_who_takes_a_name_waits_for_who_gives_it_up() -> None:
    plan = planned(called(x="red", y="blue", z="green"), called(x="blue", y="green", z="grey"))
    assert not plan.diagnostics
    assert waits(plan.changes) == {
        source("x"): {source("y")},
        source("y"): {source("z")},
        source("z"): frozenset(),
    }


def test_a_new_source_waits_for_the_renamed_one_whose_name_it_gets() -> None:
    plan = planned(called(x="red"), called(x="grey", new="red"))
    assert waits(plan.changes)[source("new")] == {source("x")}


def test_sources_that_take_each_others_names_are_told_once() -> None:
    plan = planned(called(x="red", y="blue"), called(x="blue", y="red"))
    (problem,) = plan.diagnostics
    assert problem.severity.value == "error"
    assert "team/ada/source/x -> team/ada/source/y -> team/ada/source/x" in problem.summary


def test_a_name_that_a_kept_source_bears_is_told() -> None:
    plan = planned(called(x="red", old="blue"), called(x="blue"))
    (problem,) = (each for each in plan.diagnostics if each.severity.value == "error")
    assert "team/ada/source/old" in problem.summary
    assert problem.hint.endswith("end it first: reconciler destroy team/ada/source/old")


def test_who_gives_it_up_must_be_in_the_run() -> None:
    before, after = called(x="red", y="blue"), called(x="blue", y="green")
    scope = Scope(targets=(Selector("team/ada/source/x"),))
    (problem,) = make_plan(after, applied(before), scope).diagnostics
    assert problem.hint.endswith("take team/ada/source/y into this run")


def test_a_name_that_a_folder_of_others_bears_is_told_at_a_rename_as_well() -> None:
    plan = planned(called(x="red"), called(x="blue"), "blue")
    (problem,) = plan.diagnostics
    assert "'blue' (source-blue), not of this project" in problem.summary


def test_folders_of_others_with_other_names_are_nobodys_business() -> None:
    assert not planned(called(x="red"), called(x="blue"), "grey").diagnostics
