"""A merge conflict shows both sides, says that nothing is written, and how to settle it."""

from __future__ import annotations

import pytest

from reconciler.compare.resource import SAME_LINES
from reconciler.plan import make_plan
from reconciler.report.plan.terminal import plan_lines
from reconciler.report.text.lines import plain
from reconciler.report.text.shortened import BRIEF
from reconciler.values import Scope
from tests.apply.test_base_texts import merged
from tests.plan.worlds import STATE, applied, edited, team, with_leaf


def page(base: str, live: str, desired: str) -> str:
    before = applied(merged(with_leaf(team(), STATE, value=base)))
    wanted = merged(with_leaf(team(), STATE, value=desired))
    plan = make_plan(wanted, edited(before, STATE, value=live), Scope(), base_text=lambda *_: base)
    assert plan.is_empty
    return plain(plan_lines(plan, BRIEF))


@pytest.mark.parametrize(
    ("live", "desired", "shown"),
    [
        ("brave", "bold", ['live      "brave"', 'manifest  "bold"']),
        ("one\nbrave\n", "one\nbold\n", ["- bold", "+ brave"]),
        ("brave", "bold\n" * 9, ["- bold", "+ brave"]),
    ],
)
def test_both_sides_are_shown_whichever_is_long(live: str, desired: str, shown: list[str]) -> None:
    text = page("calm", live, desired)
    assert all(piece in text for piece in shown), text
    assert f"nothing is written; {SAME_LINES}" in text
    assert f"--reseed {STATE}" in text
    assert "both the manifest and the agent changed it" in text


def test_a_conflict_far_down_in_a_long_text_is_still_shown() -> None:
    lines = [f"line {number}\n" for number in range(40)]
    desired = "".join(lines).replace("line 2\n", "bold\n").replace("line 30\n", "declared\n")
    live = "".join(lines).replace("line 2\n", "brave\n").replace("line 30\n", "learned\n")
    text = page("".join(lines), live, desired)
    assert "- bold" in text
    assert "- declared" in text
