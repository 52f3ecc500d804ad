"""Every case in tests/cases/plans looks as its .txt and .md say.

After a wanted change: RECONCILER_UPDATE_GOLDEN=1 pytest tests/report, then read the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.report.plan.markdown import plan_markdown
from reconciler.report.plan.terminal import plan_lines
from reconciler.report.text.lines import coloured, plain
from reconciler.report.text.shortened import FULL
from tests.report.conftest import CASES, LoadCase

NAMES = sorted(path.stem for path in CASES.glob("*.json"))


def compare_with(path: Path, text: str) -> None:
    if os.environ.get("RECONCILER_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_the_page_a_person_reads(name: str, case: LoadCase) -> None:
    compare_with(CASES / f"{name}.txt", plain(plan_lines(case(name))))


@pytest.mark.parametrize("name", NAMES)
def test_the_comment_on_a_pull_request(name: str, case: LoadCase) -> None:
    compare_with(CASES / f"{name}.md", plan_markdown(case(name)))


@pytest.mark.parametrize("name", NAMES)
def test_colour_changes_nothing_but_colour(name: str, case: LoadCase) -> None:
    import re

    painted = coloured(plan_lines(case(name), FULL))
    without = re.sub(r"\x1b\[[0-9;]+m", "", painted)
    stripped = "".join(line.rstrip() + "\n" for line in without.split("\n")[:-1])
    assert stripped == plain(plan_lines(case(name), FULL))


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_and_no_control_character_reaches_a_page(name: str, case: LoadCase) -> None:
    for page in (plain(plan_lines(case(name), FULL)), plan_markdown(case(name), FULL)):
        assert "canary-secret" not in page
        assert "\x1b" not in page
        assert "\u202e" not in page
