"""`--reseed` overwrites what was learned, and the plan says so: nothing of it is called kept."""

from __future__ import annotations

import pytest

from reconciler.plan import PlanOptions, Reason, make_plan
from reconciler.report.plan.terminal import plan_lines
from reconciler.report.text.lines import plain
from reconciler.report.text.shortened import BRIEF
from reconciler.values import Scope, Selector
from tests.apply.test_base_texts import merged

from .worlds import PERSONA, STATE, applied, edited, team, with_leaf


@pytest.mark.parametrize("desired", ["kind", "a new seed"])
def test_a_plan_says_what_the_seed_overwrites(desired: str) -> None:
    live = edited(applied(team()), PERSONA, value="kind and curious")
    options = PlanOptions(reseed=(Selector(str(PERSONA)),))
    made = make_plan(with_leaf(team(), PERSONA, value=desired), live, Scope(), options)
    text = plain(plan_lines(made, BRIEF))
    assert f'"kind and curious" -> "{desired}"' in text
    assert "overwritten" in text
    assert not any(word in text for word in ("kept", "stays", "Learned", "Conflict"))


def test_only_what_is_not_seeded_again_is_said_to_be_kept() -> None:
    live = edited(applied(team()), PERSONA, value="kind and curious")
    live = edited(live, STATE, value="hungry")
    made = make_plan(team(), live, Scope(), PlanOptions(reseed=(Selector(str(PERSONA)),)))
    assert [(change.address, change.reason) for change in made.changes] == [(PERSONA, Reason.RESEEDED)]
    assert [finding.address for finding in made.learned] == [STATE]


def test_a_merge_conflict_is_settled_by_the_seed() -> None:
    wanted = merged(with_leaf(team(), STATE, value="bold"))
    live = edited(applied(merged(team())), STATE, value="brave")
    options = PlanOptions(reseed=(Selector(str(STATE)),))
    made = make_plan(wanted, live, Scope(), options, base_text=lambda *_: "calm")
    assert not made.conflicts
    assert [change.reason for change in made.changes] == [Reason.RESEEDED]
