"""Ten thousand changes stay readable, and whatever is left out is counted."""

from __future__ import annotations

from reconciler.plan.model import Action, Plan
from reconciler.report.plan.markdown import LIMIT, plan_markdown
from reconciler.report.plan.terminal import plan_lines
from reconciler.report.text.lines import plain
from reconciler.report.text.shortened import BRIEF, FULL
from tests.report.conftest import change, moved


def plan_of(users: int, each: int) -> Plan:
    return Plan(
        "demo",
        changes=tuple(
            change(f"pattern/u{user:04d}/agent/a{number:03d}", Action.CREATE, moved("model", desired="m"))
            for user in range(users)
            for number in range(each)
        ),
    )


def page(plan: Plan) -> list[str]:
    return plain(plan_lines(plan, BRIEF)).splitlines()


def test_many_users_end_in_a_count() -> None:
    lines = page(plan_of(1000, 10))
    assert len(lines) < 350
    assert "… 970 more sets with 9,700 resources" in lines
    assert "Plan: 10,000 to create, 0 to update, 0 to replace, 0 to delete." in lines


def test_one_user_with_many_resources_ends_in_a_count() -> None:
    lines = page(plan_of(1, 10_000))
    assert len(lines) < 200
    assert "  … 9,940 more resources of pattern/u0000" in lines


def test_what_is_left_out_names_the_flag_that_shows_it() -> None:
    lines = page(plan_of(1000, 10))
    assert any("--verbose" in line and "--target pattern/u0000" in line for line in lines)


def test_verbose_leaves_nothing_out() -> None:
    text = plain(plan_lines(plan_of(100, 10), FULL))
    assert text.count("agent/a") == 1000
    assert "…" not in text


def test_changes_of_existing_resources_are_detailed_before_creates() -> None:
    update = change("zz/last/agent/a", Action.UPDATE, moved("model", "old", "new"))
    plan = Plan("demo", changes=(*plan_of(5, 40).changes, update))
    assert '"old" -> "new"' in plain(plan_lines(plan, BRIEF))


def test_the_shared_set_is_shown_however_many_users_there_are() -> None:
    shared = change("shared/tool/log", Action.UPDATE, moved("description", "old", "new"))
    plan = Plan("demo", changes=(shared, *plan_of(1000, 2).changes))
    assert '"old" -> "new"' in plain(plan_lines(plan, BRIEF))


def test_a_comment_never_exceeds_what_github_takes() -> None:
    text = plan_markdown(plan_of(1000, 10), FULL)
    assert len(text) <= LIMIT
    assert "more sets" in text
