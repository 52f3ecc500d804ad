"""What a project says of rules, under `safety: {rules: ...}`: louder, silent or firm, never weaker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import PROJECT, Run, World


def write(project: Path, users: str, rules: str = "") -> None:
    """A project of these users."""
    rows = ", ".join(f'{{id: "{user}"}}' for user in users)
    text = PROJECT.replace('users: [{id: "1"}, {id: "2"}]', f"users: [{rows}]")
    safety = f"\nsafety: {{max_deletes: 0, rules: {{{rules}}}}}" if rules else ""
    text = text.replace("name: demo", f"name: demo{safety}", 1)
    (project / "all.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def two(project: Path, world: World, run: Run) -> World:
    """Two users have their sets."""
    write(project, "12")
    assert run("apply", "--yes").exit_code == 0
    world.written.clear()
    return world


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("crosing: error", "unknown key 'crosing'"),
        ("data-loss: consent", "'data-loss' cannot be 'consent'"),
        ("deletes: silent", "'deletes' cannot be 'silent'"),
        ("unknown-tool: warning", "'unknown-tool' cannot be 'warning'"),
        ("in-doubt: note", "'in-doubt' cannot be 'note'"),
        ("rename: loud", "'rename' cannot be 'loud'"),
        ("errors: warning", "'errors' cannot be 'warning'"),
    ],
)
def test_what_a_document_may_not_say_is_an_error_with_its_place(
    project: Path, run: Run, rules: str, said: str
) -> None:
    write(project, "12", rules)
    result = run("validate")
    assert result.exit_code == 1
    assert said in result.output
    assert "all.yaml:5:" in result.output
    if "crosing" in rules:
        assert "did you mean 'crossing'?" in result.output


def test_a_warning_is_as_loud_as_the_project_wants_it(two: World, project: Path, run: Run) -> None:
    write(project, "13", "rename: error")
    refused = run("plan")
    assert refused.exit_code == 1
    assert "error: R212 rename: user/2 of constellation 'pair' is no longer declared" in refused.output
    assert run("apply", "--yes").exit_code == 1
    assert not two.written
    write(project, "13", "rename: note")
    assert "note: R212 rename: " in run("plan").output
    write(project, "13", "rename: silent")
    assert "R212" not in run("plan").output


def test_no_option_helps_where_the_project_is_firm(two: World, project: Path, run: Run) -> None:
    write(project, "1", "deletes: firm")
    for options in (("--allow", "deletes=1"), ("--allow", "deletes"), ("--force",)):
        refused = run("apply", "--yes", "--prune", *options)
        assert refused.exit_code == 4
        assert "no --allow helps: the project says safety.rules.deletes: firm" in refused.output
    assert not two.written


def test_a_glob_that_chooses_nothing_can_be_firm(two: World, project: Path, run: Run) -> None:
    del two
    assert run("plan", "--target", "pair/9*", "--allow", "empty").exit_code == 0
    write(project, "12", "empty: firm")
    assert run("plan", "--target", "pair/9*", "--allow", "empty").exit_code == 1


def test_a_saved_plan_is_held_to_the_project_where_it_is_applied(
    two: World, project: Path, run: Run, tmp_path: Path
) -> None:
    write(project, "13", "rename: silent")
    saved = tmp_path / "plan.json"
    assert run("plan", "-o", str(saved)).exit_code == 0
    document = json.loads(saved.read_text(encoding="utf-8"))
    assert document["safety"]["rules"] == {"rename": "silent"}
    assert [each["code"] for each in document["silent"]] == ["R212"]
    write(project, "13", "rename: error")
    refused = run("apply", str(saved), "--yes")
    assert refused.exit_code == 1
    assert "R212 rename" in refused.output
    assert not two.written
    write(project, "13", "rename: silent")
    assert run("apply", str(saved), "--yes").exit_code == 0


def test_rules_says_what_the_project_says(two: World, project: Path, run: Run) -> None:
    del two
    write(project, "12", "data-loss: firm, rename: silent")
    said = run("rules").output
    assert "R103 data-loss  firm here (safety.rules), else --allow data-loss\n" in said
    assert "R212 rename  silent here (safety.rules), else warning\n" in said
    listed = {each["name"]: each for each in json.loads(run("rules", "--json").stdout)["rules"]}
    assert (listed["rename"]["level"], listed["rename"]["here"]) == ("warning", "silent")
    assert listed["rename"]["may_be"] == ["error", "warning", "note", "silent"]
    assert listed["data-loss"]["may_be"] == ["firm"]
