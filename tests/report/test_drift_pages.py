"""A drift report as people and programs get it; the pages stand in tests/cases/drift.

After a wanted change: RECONCILER_UPDATE_GOLDEN=1 pytest tests/report, then read the diff.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema

from reconciler.drift.document import to_json
from reconciler.drift.find import accepting
from reconciler.report.drift.markdown import drift_markdown
from reconciler.report.drift.terminal import drift_lines
from reconciler.report.json_schemas import schemas
from reconciler.report.text.lines import coloured, plain
from reconciler.report.text.shortened import BRIEF, FULL
from reconciler.values import Live, Scope, Secret
from tests.drift.fleets import agent, busy, fleet, persona, report_of
from tests.plan.worlds import applied, edited, with_leaf
from tests.report.test_golden_pages import compare_with

CASES = Path(__file__).parents[1] / "cases" / "drift"


def test_the_page_a_person_reads() -> None:
    compare_with(CASES / "busy.txt", plain(drift_lines(busy())))


def test_the_page_with_everything_on_it() -> None:
    compare_with(CASES / "busy_verbose.txt", plain(drift_lines(busy(), FULL)))


def test_the_comment_on_an_issue() -> None:
    compare_with(CASES / "busy.md", drift_markdown(busy()))


def test_the_document_programs_read() -> None:
    compare_with(CASES / "busy.json", to_json(busy()))


def test_documents_fit_their_schemas() -> None:
    made = schemas()
    jsonschema.validate(json.loads(to_json(busy())), made["drift.schema.json"])
    from reconciler.drift.baseline import to_json as baseline_json

    known = accepting(busy(), Scope())
    jsonschema.validate(json.loads(baseline_json(known)), made["drift-baseline.schema.json"])


def test_colour_changes_nothing_but_colour() -> None:
    painted = coloured(drift_lines(busy(), FULL))
    without = re.sub(r"\x1b\[[0-9;]+m", "", painted)
    assert without != painted
    stripped = "".join(line.rstrip() + "\n" for line in without.split("\n")[:-1])
    assert stripped == plain(drift_lines(busy(), FULL))


def test_a_report_without_drift_is_two_lines() -> None:
    page = plain(drift_lines(report_of(fleet(2), applied(fleet(2)))))
    assert page.splitlines()[0] == "No drift. 8 resources of 2 users compared."
    assert len(page.splitlines()) == 2


def test_an_empty_server_is_not_called_free_of_drift() -> None:
    page = plain(drift_lines(report_of(fleet(1), Live())))
    assert page.startswith("Nothing of this project is on the server")
    assert "4 changes of the manifests are not applied yet (4 to create)" in page


def test_learning_is_counted_and_listed_only_on_demand() -> None:
    report = report_of(fleet(1), edited(applied(fleet(1)), persona(1), value="I learned to juggle"))
    assert "juggle" not in plain(drift_lines(report))
    assert "Learned: 1 value" in plain(drift_lines(report))
    assert "juggle" in plain(drift_lines(report, FULL))


def test_a_large_fleet_stays_readable() -> None:
    live = applied(fleet(300))
    for number in range(1, 301):
        live = edited(live, agent(number), system="be rude")
    page = plain(drift_lines(report_of(fleet(300), live)))
    assert len(page.splitlines()) < 350
    assert "team/*/agent/helper  system" in page
    assert f"… {300 - BRIEF.detailed} more resources" in page
    assert "Drift: 300 fields changed on the server since the last apply; 300 of 300 users." in page


def test_neither_secrets_nor_control_characters_reach_a_page() -> None:
    desired = with_leaf(fleet(1), agent(1), **{"secrets.KEY": Secret("canary-ours", "KEY")})
    live = edited(applied(desired), agent(1), **{"secrets.KEY": Secret("canary-theirs")})
    live = edited(live, agent(1), system="be \x1b[31mrude\u202e```")
    report = report_of(desired, live)
    for page in (plain(drift_lines(report, FULL)), drift_markdown(report, FULL), to_json(report)):
        assert "canary" not in page
        assert "\x1b" not in page


def test_a_comment_stays_below_what_github_takes() -> None:
    live = applied(fleet(50))
    for number in range(1, 51):
        live = edited(live, agent(number), system="rude\n" * 2000)
    assert len(drift_markdown(report_of(fleet(50), live), FULL)) < 65_000


def test_what_a_baseline_does_is_said() -> None:
    live = edited(applied(fleet(1)), agent(1), system="be rude")
    known = accepting(report_of(fleet(1), live), Scope())
    assert "Baseline: 1 known drift left out." in plain(drift_lines(report_of(fleet(1), live, known)))
    gone = plain(drift_lines(report_of(fleet(1), applied(fleet(1)), known)))
    assert "Baseline: 1 entry no longer occurs" in gone
    assert "No drift." in gone


def test_a_report_with_errors_says_so_in_a_comment() -> None:
    live = applied(fleet(1))
    copies = (live.resources[agent(1)], replace(live.resources[agent(1)], id="other"))
    page = drift_markdown(report_of(fleet(1), replace(live, duplicates={agent(1): copies})))
    assert "[!CAUTION]" in page
