"""The text a merge starts from is noted when it is written, and found again while anybody still has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.apply import Executor, base_texts
from reconciler.errors import StateError
from reconciler.plan import PlanOptions, make_plan
from reconciler.state import State, Texts
from reconciler.values import Desired, Live, Owner, Ownership, Policy, Renames, Scope, digest
from tests.apply.test_executor import Kept, Recorder, Silent
from tests.plan.worlds import ADA, PERSONA, STATE, applied, edited, team, with_leaf


@pytest.fixture
def texts(tmp_path: Path) -> Iterator[Texts]:
    with State.open(tmp_path / "demo.db", patience=0) as state:
        yield Texts(state)


def merged(desired: Desired) -> Desired:
    """The value of the shared block is merged; the persona stays seeded."""
    declared = replace(desired.resources[STATE], policy=Policy(fields={"value": Ownership.MERGED}))
    return replace(desired, resources={**desired.resources, STATE: declared})


def refuse(error: StateError) -> None:
    raise AssertionError(error)


def test_a_created_leaf_is_noted_and_only_when_it_is_merged(texts: Texts) -> None:
    plan = make_plan(merged(team()), Live(), Scope())
    base_texts.note(texts, Executor(Recorder(), Silent(), 1).execute(plan))
    assert texts.find(STATE, "value", digest("calm")) == "calm"
    assert texts.find(PERSONA, "value", digest("kind")) is None


def test_what_was_not_done_is_not_noted(texts: Texts) -> None:
    plan = make_plan(merged(team()), Live(), Scope())
    base_texts.note(texts, Executor(Recorder(lambda operation: True), Silent(), 1).execute(plan))
    assert texts.find(STATE, "value", digest("calm")) is None


def test_after_a_merge_the_manifests_text_is_the_new_base_and_not_the_merged_one(texts: Texts) -> None:
    base, live, wanted = "a\nb\nc\n", "a\nb\nC\n", "A\nb\nc\n"
    before = applied(merged(with_leaf(team(), STATE, value=base)))
    desired = merged(with_leaf(team(), STATE, value=wanted))
    plan = make_plan(desired, edited(before, STATE, value=live), Scope(), base_text=lambda *_: base)
    base_texts.note(texts, Executor(Recorder(), Silent(), 1, safe=Kept()).execute(plan))
    assert texts.find(STATE, "value", digest(wanted)) == wanted


def test_a_deleted_block_is_dropped(texts: Texts) -> None:
    desired = merged(team())
    base_texts.learn(texts, desired, applied(desired))
    plan = make_plan(desired, applied(desired), Scope(), PlanOptions(destroy=True))
    base_texts.note(texts, Executor(Recorder(), Silent(), 1, safe=Kept()).execute(plan))
    assert texts.find(STATE, "value", digest("calm")) is None


def test_a_base_is_learned_from_the_manifests_after_the_agent_edited(texts: Texts) -> None:
    desired = merged(team())
    base_texts.learn(texts, desired, edited(applied(desired), STATE, value="learned"))
    assert texts.find(STATE, "value", digest("calm")) == "calm"


def test_a_base_is_learned_from_the_server_after_the_manifests_changed(texts: Texts) -> None:
    live = applied(merged(team()))
    base_texts.learn(texts, merged(with_leaf(team(), STATE, value="new")), live)
    assert texts.find(STATE, "value", digest("calm")) == "calm"


def test_nothing_is_learned_once_both_sides_have_moved(texts: Texts) -> None:
    live = edited(applied(merged(team())), STATE, value="learned")
    base_texts.learn(texts, merged(with_leaf(team(), STATE, value="new")), live)
    assert texts.find(STATE, "value", digest("calm")) is None


def test_a_renamed_block_finds_the_text_of_its_old_address(texts: Texts) -> None:
    base_texts.learn(texts, merged(team()), applied(merged(team())))
    renamed = replace(STATE, name="mood")
    links = {replace(each, owner=Owner()): replace(new, owner=Owner()) for each, new in [(STATE, renamed)]}
    find = base_texts.remembering(texts, Desired("demo", {}, Renames({"team": links})), refuse)
    assert find(renamed, "value", digest("calm")) == "calm"
    assert find(replace(STATE, owner=ADA, name="other"), "value", digest("calm")) is None


def test_a_state_that_fails_while_a_merge_asks_is_told_and_costs_only_the_merge(
    texts: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StateError("the disk failed")

    monkeypatch.setattr(texts, "find", fails)
    told: list[StateError] = []
    find = base_texts.remembering(texts, Desired("demo"), told.append)
    assert find(STATE, "value", digest("calm")) is None
    assert [error.summary for error in told] == ["the disk failed"]
