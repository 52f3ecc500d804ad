"""What happens on which day is drawn from a seed, and nothing else."""

from __future__ import annotations

import pytest

from tests.month.script import BY_BOTS, Day, drawn

SEEDS = range(20)
CHANGES = {"change_rules", "change_seed", "change_system", "rename_agent", "rename_user", "join"}


def done(days: tuple[Day, ...]) -> list[str]:
    return [event.does for day in days for event in day.events]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_longer_script_begins_as_a_shorter_one(seed: int) -> None:
    assert drawn(seed, 30)[:5] == drawn(seed, 5)


@pytest.mark.parametrize("seed", SEEDS)
def test_all_that_changes_a_company_comes_within_five_days(seed: int) -> None:
    five = done(drawn(seed, 5))
    assert {*CHANGES, "erase", "comeback", "deploy", "accept", "restore_backup"} <= set(five)
    assert five.count("contact") == BY_BOTS


def test_who_was_erased_is_asked_for_by_nobody_but_the_one_who_comes_back() -> None:
    erased: set[str] = set()
    for event in (event for day in drawn(1, 30) for event in day.events):
        user = event.about.get("user", "")
        assert event.does == "comeback" or user not in erased
        erased |= {user} if event.does == "erase" else set()
    assert erased
