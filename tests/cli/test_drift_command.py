"""`drift`: what it prints and writes, and its exit status; it is never handed a Writer."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reconciler.report.json_schemas import schemas
from reconciler.values import Address
from tests.cli.conftest import PROJECT, Run, World, boom

pytestmark = pytest.mark.usefixtures("project")
ONE, MOOD = "pair/1/agent/one", "pair/1/block/mood"


@pytest.fixture
def applied(run: Run, world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The project on the server, and from now on nothing that could write to it."""
    run("apply", "--yes")
    monkeypatch.setattr("reconciler.project.applying.Writer", boom(AssertionError("a Writer was made")))
    return world


Edit = Callable[..., None]


@pytest.fixture
def edit(applied: World) -> Edit:
    """Changes leaves of one resource behind our back."""

    def change(address: str, **leaves: Any) -> None:
        key = Address.parse(address)
        resource = applied.live[key]
        applied.live[key] = replace(resource, leaves={**resource.leaves, **leaves})

    return change


def test_no_drift_exits_with_0(run: Run, applied: World) -> None:
    result = run("drift")
    assert result.exit_code == 0
    assert "No drift. 4 resources of 2 users compared." in result.stdout


def test_drift_exits_with_2_always(run: Run, edit: Edit) -> None:
    edit(MOOD, limit=7)
    result = run("drift")
    assert result.exit_code == 2
    assert "100 -> 7" in result.stdout
    assert run("drift", "--quiet").exit_code == 2


def test_learning_alone_exits_with_0(run: Run, edit: Edit) -> None:
    edit(MOOD, value="cheerful")
    result = run("drift")
    assert result.exit_code == 0
    assert "Learned: 1 value" in result.stdout
    assert "cheerful" not in result.stdout
    assert "cheerful" in run("drift", "--verbose").stdout


def test_what_is_not_applied_yet_is_one_line_and_exits_with_0(
    run: Run, applied: World, project: Path
) -> None:
    (project / "all.yaml").write_text(PROJECT.replace("limit: 100", "limit: 200"), encoding="utf-8")
    result = run("drift")
    assert result.exit_code == 0
    assert "2 changes of the manifests are not applied yet: reconciler plan" in result.stdout
    assert "200" not in result.stdout


def test_an_error_in_the_manifests_exits_with_1(run: Run, edit: Edit, applied: World, project: Path) -> None:
    edit(MOOD, limit=7)
    text = PROJECT.replace("shared_blocks: [mood]", "sources: [notes]")
    (project / "all.yaml").write_text(text, encoding="utf-8")
    assert run("drift").exit_code == 1


def test_a_server_that_is_down_exits_with_1(run: Run, applied: World) -> None:
    applied.is_down = True
    assert run("drift").exit_code == 1


def test_json_is_all_there_is_on_stdout_and_fits_its_schema(run: Run, edit: Edit) -> None:
    edit(MOOD, limit=7)
    result = run("drift", "--json")
    document = json.loads(result.stdout)
    jsonschema.validate(document, schemas()["drift.schema.json"])
    assert document["drifted"] is True
    assert [(each["address"], each["field"]["live"]) for each in document["drift"]] == [(MOOD, 7)]
    assert "Drift: 1 field" in result.stderr


def test_the_report_does_not_depend_on_the_cache(run: Run, applied: World, project: Path) -> None:
    applied.live.pop(Address.parse(ONE))
    with_cache = run("drift", "--json").stdout
    (project.parent / "cache.db").unlink()
    assert run("drift", "--json").stdout == with_cache


def test_markdown_is_written_for_an_issue(run: Run, edit: Edit, project: Path) -> None:
    edit(MOOD, limit=7)
    assert run("drift", "--markdown", "drift.md").exit_code == 2
    assert (project / "drift.md").read_text().startswith("### Drift of `demo`")


def test_accepted_drift_is_known_from_then_on(run: Run, edit: Edit, project: Path) -> None:
    edit(MOOD, limit=7)
    result = run("drift", "--accept")
    assert result.exit_code == 0
    assert "1 accepted in drift-baseline.json" in result.stderr
    assert stat.S_IMODE((project / "drift-baseline.json").stat().st_mode) == 0o600
    known = run("drift", "--baseline", "drift-baseline.json")
    assert known.exit_code == 0
    assert "1 known drift left out" in known.stdout
    assert run("drift").exit_code == 2
    edit(MOOD, limit=8)
    assert run("drift", "--baseline", "drift-baseline.json").exit_code == 2


def test_accepting_again_drops_what_is_gone(run: Run, edit: Edit, project: Path) -> None:
    edit(MOOD, limit=7)
    run("drift", "--accept", "--baseline", "known.json")
    edit(MOOD, limit=100)
    assert "1 entry no longer occurs" in run("drift", "--baseline", "known.json").stdout
    run("drift", "--accept", "--baseline", "known.json")
    assert json.loads((project / "known.json").read_text())["entries"] == []


def test_accepting_for_one_user_keeps_what_is_known_of_others(run: Run, edit: Edit, project: Path) -> None:
    edit(MOOD, limit=7)
    edit(MOOD.replace("/1/", "/2/"), limit=7)
    run("drift", "--accept")
    run("drift", "--accept", "--user", "2")
    assert len(json.loads((project / "drift-baseline.json").read_text())["entries"]) == 2


def test_a_missing_baseline_is_an_error_that_says_how_to_make_one(run: Run, applied: World) -> None:
    result = run("drift", "--baseline", "none.json")
    assert result.exit_code == 1
    assert "reconciler drift --accept --baseline none.json" in result.stderr


def test_a_usage_error_is_1_and_never_2(run: Run, applied: World) -> None:
    assert run("drift", "--prune").exit_code == 1


def test_o_is_never_what_is_read(run: Run, project: Path, world: World) -> None:
    result = run("drift", "-o", "report.md")
    assert result.exit_code == 1
    assert "--baseline report.md" in result.stderr
    assert "--markdown report.md" in result.stderr
    assert run("drift", "-b", "known.json", "--accept").exit_code == 0
