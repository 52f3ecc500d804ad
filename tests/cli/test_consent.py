"""What a person allows is said with the run that needs it, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.plan.file.document import digest_of_changes

from .conftest import PROJECT, Run, World


def declare(project: Path, users: int, safety: str = "") -> None:
    rows = ", ".join(f'{{id: "{number}"}}' for number in range(1, users + 1))
    text = PROJECT.replace('users: [{id: "1"}, {id: "2"}]', f"users: [{rows}]")
    (project / "all.yaml").write_text(
        text.replace("name: demo", f"name: demo\n{safety}", 1), encoding="utf-8"
    )


@pytest.fixture
def crowd(project: Path, world: World, run: Run) -> World:
    """Nine users have their sets, and eight of them have left."""
    declare(project, 9)
    assert run("apply", "--yes").exit_code == 0
    declare(project, 1)
    world.written.clear()
    return world


def test_too_many_deletes_are_refused_and_the_number_lets_them_pass(crowd: World, run: Run) -> None:
    refused = run("apply", "--yes", "--prune")
    assert refused.exit_code == 4
    assert "R106 deletes: it ends 8 users' sets, the limit is 5" in refused.stderr
    assert run("apply", "--yes", "--prune", "--allow", "deletes=7").exit_code == 4
    assert not crowd.written
    assert run("apply", "--yes", "--prune", "--allow", "deletes=8").exit_code == 0
    assert {address.owner.user for address in crowd.live} == {"1"}


def test_consent_to_one_rule_is_no_consent_to_another(crowd: World, run: Run) -> None:
    for other in ("data-loss", "overwrites", "change-percent", "prune-all", "history-loss", "empty"):
        assert run("apply", "--yes", "--prune", "--allow", other).exit_code == 4
    assert not crowd.written


def test_destroy_obeys_the_limits(crowd: World, run: Run) -> None:
    refused = run("destroy", "pair/*", "--yes")
    assert refused.exit_code == 4
    assert "it ends 9 users' sets" in refused.stderr
    assert not crowd.written
    assert run("destroy", "pair/*", "--yes", "--allow", "deletes=9").exit_code == 0
    assert not crowd.live


def test_one_removed_user_is_pruned_without_more_words(crowd: World, run: Run) -> None:
    assert run("apply", "--yes", "--prune", "--user", "4").exit_code == 0
    assert "4" not in {address.owner.user for address in crowd.live}


@pytest.mark.parametrize("limit", ["max_deletes: 0", "max_change_percent: 0"])
def test_nothing_is_none(limit: str, project: Path, world: World, run: Run) -> None:
    declare(project, 2)
    assert run("apply", "--yes").exit_code == 0
    declare(project, 1, f"safety: {{{limit}}}\n")
    assert run("apply", "--yes", "--prune").exit_code == 4
    assert len(world.live) == 4


def test_a_saved_plan_holds_no_consent(crowd: World, run: Run, tmp_path: Path) -> None:
    plain, allowed = tmp_path / "plain.json", tmp_path / "allowed.json"
    assert "would be refused by apply" in run("plan", "--prune", "-o", str(plain)).stderr
    quiet = run("plan", "--prune", "-o", str(allowed), "--allow", "deletes=8")
    assert "would be refused" not in quiet.stderr
    assert plain.read_bytes() == allowed.read_bytes()
    assert run("apply", str(allowed), "--yes").exit_code == 4
    assert not crowd.written
    assert run("apply", str(allowed), "--yes", "--allow", "deletes=8").exit_code == 0


def test_a_saved_plan_knows_that_it_prunes_everything(
    project: Path, world: World, run: Run, tmp_path: Path
) -> None:
    declare(project, 2)
    assert run("apply", "--yes").exit_code == 0
    text = (project / "all.yaml").read_text(encoding="utf-8").partition("---\n")[0]
    (project / "all.yaml").write_text(text, encoding="utf-8")
    saved = tmp_path / "plan.json"
    run("plan", "--prune", "-o", str(saved))
    refused = run("apply", str(saved), "--yes")
    assert refused.exit_code == 4
    assert "R109 prune-all: it would prune everything there is" in refused.stderr
    assert len(world.live) == 4


def test_a_plan_saved_before_limits_counted_losses_can_still_be_applied(
    project: Path, world: World, run: Run, tmp_path: Path
) -> None:
    del project
    saved = tmp_path / "plan.json"
    run("plan", "-o", str(saved))
    document = json.loads(saved.read_text(encoding="utf-8"))
    del document["whole"]
    document["safety"] = {"max_deletes": 5, "max_change_percent": 30}
    document |= {"format_version": "1.0", "digest": digest_of_changes(document)}
    saved.write_text(json.dumps(document), encoding="utf-8")
    assert run("apply", str(saved), "--yes").exit_code == 0
    assert len(world.live) == 4


def test_the_old_flags_mean_what_they_meant(crowd: World, run: Run) -> None:
    assert run("apply", "--yes", "--prune", "--force").exit_code == 0
    assert len(crowd.live) == 2


def test_the_next_command_says_what_was_allowed(crowd: World, run: Run) -> None:
    gone = next(address for address in crowd.live if address.owner.user == "5")
    crowd.failing.add(str(gone))
    partial = run("apply", "--yes", "--prune", "--allow", "deletes=8")
    assert partial.exit_code == 3
    assert "--allow deletes=8" in partial.output
