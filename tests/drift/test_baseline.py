"""A baseline leaves out exactly the drift it knows, and shrinks when that is gone."""

from __future__ import annotations

import pytest

from reconciler.drift.baseline import Baseline, Entry, from_json, to_json
from reconciler.drift.find import accepting
from reconciler.errors import ReconcilerError
from reconciler.values import Live, Scope, Secret, Selector
from tests.drift.fleets import agent, busy, fleet, report_of
from tests.plan.worlds import applied, edited, with_leaf

HERE = Scope()


def rude(number: int, words: str = "be rude") -> Live:
    return edited(applied(fleet(2)), agent(number), system=words)


def accepted(live: Live, scope: Scope = HERE, old: Baseline | None = None) -> Baseline:
    return accepting(report_of(fleet(2), live, scope=scope), scope, old)


def test_accepted_drift_is_left_out_and_counted() -> None:
    report = report_of(fleet(2), rude(1), accepted(rude(1)))
    assert not report.has_drift
    assert not report.statistics
    assert report.accepted == 1
    assert not report.stale


def test_a_further_change_of_the_same_field_shows_again() -> None:
    report = report_of(fleet(2), rude(1, "be ruder"), accepted(rude(1)))
    assert [each.address for each in report.drift] == [agent(1)]
    assert report.accepted == 0
    assert len(report.stale) == 1


def test_the_same_value_elsewhere_is_not_known() -> None:
    report = report_of(fleet(2), rude(2), accepted(rude(1)))
    assert [each.address for each in report.drift] == [agent(2)]


def test_an_entry_that_no_longer_occurs_is_said_and_goes() -> None:
    known = accepted(rude(1))
    report = report_of(fleet(2), applied(fleet(2)), known)
    assert [entry.address for entry in report.stale] == [str(agent(1))]
    assert not accepted(applied(fleet(2)), old=known).entries


def test_a_run_about_one_user_neither_judges_nor_drops_the_others() -> None:
    known = accepted(rude(1))
    only_second = Scope(targets=(Selector("team/2"),))
    report = report_of(fleet(2), rude(1), known, only_second)
    assert not report.stale
    assert accepted(rude(1), only_second, known) == known


def test_deleted_resources_and_lost_members_can_be_accepted() -> None:
    known = accepting(busy(), HERE)
    assert any(not entry.path for entry in known.entries)
    assert from_json(to_json(known), "demo") == known


def test_drift_of_a_secret_is_never_accepted() -> None:
    desired = with_leaf(fleet(1), agent(1), **{"secrets.KEY": Secret("ours", "KEY")})
    live = edited(applied(desired), agent(1), **{"secrets.KEY": Secret("canary")})
    known = accepting(report_of(desired, live), HERE)
    assert not known.entries
    assert report_of(desired, live, known).has_drift


def test_the_file_holds_no_value() -> None:
    text = to_json(accepted(rude(1, "a canary value")))
    assert "canary" not in text
    assert text == to_json(accepted(rude(1, "a canary value")))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not a drift baseline"),
        ("[]", "not a drift baseline"),
        ('{"project": "demo", "entries": [{"address": "nowhere"}]}', "damaged"),
        ('{"project": "demo", "entries": [], "more": 1}', "damaged"),
        ('{"project": "demo", "format_version": "2.0"}', "format_version"),
        ('{"project": "other"}', "of project 'other'"),
    ],
)
def test_a_file_that_is_no_baseline_is_explained(text: str, said: str) -> None:
    with pytest.raises(ReconcilerError, match=said):
        from_json(text, "demo")


def test_entries_are_sorted_in_the_file() -> None:
    entries = frozenset({Entry("team/2/agent/a", "x", "1"), Entry("team/1/agent/a", "x", "1")})
    text = to_json(Baseline("demo", entries))
    assert text.index("team/1") < text.index("team/2")
