"""`plan`: what it prints, saves and exits with; it is never handed a Writer."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Run, World

pytestmark = pytest.mark.usefixtures("project")


def test_changes_exit_with_0_and_on_request_with_2(run: Run, world: World) -> None:
    assert run("plan").exit_code == 0
    assert run("plan", "--detailed-exitcode").exit_code == 2
    assert not world.written


def test_no_changes_exit_with_0_even_on_request(run: Run, world: World) -> None:
    run("apply", "--yes")
    result = run("plan", "--detailed-exitcode")
    assert result.exit_code == 0
    assert "No changes. 4 resources compared" in result.stdout


def test_json_is_all_there_is_on_stdout(run: Run, world: World) -> None:
    result = run("plan", "--json")
    document = json.loads(result.stdout)
    assert document["project"] == "demo"
    assert len(document["changes"]) == 4
    assert "Plan: 4 to create" in result.stderr


def test_json_into_a_file_leaves_the_text_on_stdout(run: Run, world: World, project: Path) -> None:
    result = run("plan", "--json-into", "out.json")
    assert "Plan: 4 to create" in result.stdout
    assert json.loads((project / "out.json").read_text())["summary"]["create"] == 4


def test_a_saved_plan_is_for_its_owner_only(run: Run, world: World, project: Path) -> None:
    result = run("plan", "-o", "plan.json")
    assert stat.S_IMODE((project / "plan.json").stat().st_mode) == 0o600
    assert "reconciler apply plan.json" in result.stderr
    assert [path.name for path in project.iterdir() if path.name.startswith(".")] == []


def test_markdown_is_written_for_a_pull_request(run: Run, world: World, project: Path) -> None:
    run("plan", "--markdown", "comment.md")
    assert (project / "comment.md").read_text().startswith("### Plan for `demo`")


def test_a_file_that_cannot_be_written_is_explained(run: Run, world: World) -> None:
    result = run("plan", "-o", "no/such/folder/plan.json")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


def test_one_user_only(run: Run, world: World) -> None:
    document = json.loads(run("plan", "--user", "2", "--json").stdout)
    assert {change["address"].split("/")[1] for change in document["changes"]} == {"2"}


def test_targets_and_exclusions(run: Run, world: World) -> None:
    document = json.loads(run("plan", "--target", "pair/1", "--exclude", "pair/*/agent", "--json").stdout)
    assert [change["address"] for change in document["changes"]] == ["pair/1/block/mood"]


def test_shards_share_all_users_between_them(run: Run, world: World) -> None:
    found = [json.loads(run("plan", "--shard", f"{n}/3", "--json").stdout)["changes"] for n in (1, 2, 3)]
    addresses = [change["address"] for changes in found for change in changes]
    assert len(addresses) == len(set(addresses)) == 4


def test_quiet_leaves_the_totals(run: Run, world: World) -> None:
    result = run("plan", "-q")
    assert result.stdout == "Plan: 4 to create, 0 to update, 0 to replace, 0 to delete.\n"
    assert result.stderr == ""


def test_no_colour_when_nobody_looks(run: Run, world: World) -> None:
    assert "\x1b" not in run("plan").output


def test_a_plan_with_errors_is_printed_not_saved_and_exits_with_1(
    run: Run, world: World, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from reconciler import plan as planner
    from reconciler.errors import Diagnostic

    real = planner.make_plan
    monkeypatch.setattr(
        "reconciler.project.planning.make_plan",
        lambda *a, **k: replace(real(*a, **k), diagnostics=(Diagnostic("bad edge"),)),
    )
    result = run("plan", "-o", "plan.json", "--detailed-exitcode")
    assert result.exit_code == 1
    assert "error: bad edge" in result.stdout
    assert not (project / "plan.json").exists()
    refused = run("apply", "--yes")
    assert refused.exit_code == 1
    assert not world.written


def test_the_url_is_flag_then_environment_then_manifest_then_this_machine(
    run: Run, world: World, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def url(*arguments: str) -> str:
        run("plan", *arguments)
        return str(world.connection.base_url)

    assert url() == "http://localhost:8283"
    text = (project / "all.yaml").read_text()
    (project / "all.yaml").write_text(
        text.replace("name: demo", "name: demo\nserver: {url: 'http://manifest:1'}")
    )
    assert url() == "http://manifest:1"
    monkeypatch.setenv("LETTA_BASE_URL", "http://environment:1")
    assert url() == "http://environment:1"
    assert url("--url", "http://flag:1") == "http://flag:1"


def test_the_key_comes_from_the_variable_that_was_named(
    run: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTHER_KEY", "canary")
    result = run("plan", "--api-key-env", "OTHER_KEY")
    assert world.connection.api_key.value == "canary"
    assert "canary" not in result.output
    run("plan")
    assert world.connection.api_key is None


def test_another_project_name_is_another_namespace(run: Run, world: World) -> None:
    document = json.loads(run("plan", "--project", "other", "--json").stdout)
    assert document["project"] == "other"


def test_a_server_that_does_not_answer_is_a_message(run: Run, world: World) -> None:
    world.is_down = True
    result = run("plan", "--json")
    assert result.exit_code == 1
    assert "error: no answer\n  try: start it" in result.stderr
    assert json.loads(result.stdout)["error"]["summary"] == "no answer"


def test_a_broken_cache_is_a_warning_and_the_plan_is_the_same(
    run: Run, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = run("plan").stdout
    (tmp_path / "bad.db").write_text("not a database" * 1000)
    monkeypatch.setenv("RECONCILER_CACHE", str(tmp_path / "bad.db"))
    result = run("plan")
    assert result.exit_code == 0
    assert result.stdout == good
    assert "going on without the cache" in result.stderr


def test_a_review_sees_what_apply_would_refuse(run: Run, world: World, project: Path) -> None:
    run("apply", "--yes")
    text = (project / "all.yaml").read_text()
    text = text.replace(', {id: "2"}', "").replace("name: demo", "name: demo\nsafety: {max_deletes: 0}")
    (project / "all.yaml").write_text(text)
    result = run("plan", "--prune")
    assert result.exit_code == 0
    assert "would be refused by apply" in result.stderr
    assert "max_deletes" in result.stderr
    assert "\\n" not in result.stderr
