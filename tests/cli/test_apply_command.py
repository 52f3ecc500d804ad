"""`apply` and `destroy`: confirmed, guarded, accounted for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.cache import Cache
from reconciler.values import Address
from tests.cli.conftest import Run, World

pytestmark = pytest.mark.usefixtures("project")


def test_without_a_terminal_and_without_yes_nothing_is_done(run: Run, world: World) -> None:
    result = run("apply")
    assert result.exit_code == 4
    assert "reconciler apply --yes" in result.stderr
    assert not world.written


def test_yes_applies_and_the_next_plan_is_empty(run: Run, world: World) -> None:
    result = run("apply", "--yes")
    assert result.exit_code == 0
    assert "Applied: 4 done" in result.stdout
    assert "done     pair/1/agent/one  created" in result.stderr
    again = run("apply", "--yes")
    assert again.exit_code == 0
    assert "No changes." in again.stdout
    assert len(world.written) == 4


@pytest.mark.parametrize(
    ("answer", "status", "writes"), [("y\n", 0, 4), ("n\n", 4, 0), ("\n", 4, 0), ("", 130, 0)]
)
def test_on_a_terminal_it_asks(
    run: Run, world: World, monkeypatch: pytest.MonkeyPatch, answer: str, status: int, writes: int
) -> None:
    monkeypatch.setattr("reconciler.cli.shared.confirm.can_ask", lambda: True)
    result = run("apply", input=answer)
    assert "Apply these changes on http://localhost:8283?" in result.stderr
    assert result.exit_code == status
    assert len(world.written) == writes


def test_a_partial_apply_exits_with_3_and_says_how_to_go_on(run: Run, world: World) -> None:
    world.failing = {"pair/1/block/mood"}
    result = run("apply", "--yes", "--target", "pair/*", "--parallel", "2")
    assert result.exit_code == 3
    assert "failed: pair/1/block/mood: the name is taken\n  try: rename it" in result.stdout
    assert "skipped: pair/1/agent/one: it needs pair/1/block/mood" in result.stdout
    assert result.stdout.endswith("reconciler apply --target 'pair/*' --parallel 2 --yes\n")


def test_when_nothing_could_be_done_it_exits_with_1(run: Run, world: World) -> None:
    world.failing = {f"pair/{user}/block/mood" for user in "12"}
    assert run("apply", "--yes").exit_code == 1


def test_json_holds_the_outcome(run: Run, world: World) -> None:
    world.failing = {"pair/1/block/mood"}
    result = run("apply", "--yes", "--json")
    document = json.loads(result.stdout)
    assert document["exit_code"] == result.exit_code == 3
    assert document["summary"]["failed"] == 1
    assert document["next_command"] == "reconciler apply --yes"


def test_quiet_says_only_how_it_ended(run: Run, world: World) -> None:
    result = run("apply", "--yes", "-q")
    assert result.stderr == ""
    assert result.stdout.startswith("Plan: 4 to create")


def test_the_keyboard_stops_it_with_130(run: Run, world: World) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    world.on_write = stop
    assert run("apply", "--yes").exit_code == 130


def test_a_saved_plan_is_applied_exactly(run: Run, world: World) -> None:
    run("plan", "-o", "plan.json", "--user", "1")
    result = run("apply", "plan.json", "--yes")
    assert result.exit_code == 0
    assert {str(address.owner) for address in world.live} == {"pair/1"}


@pytest.mark.parametrize("name", ["x.plan", "plan", "plan.yaml", "my plan.json", "plan.JSON"])
def test_a_saved_plan_is_known_by_what_is_in_it(run: Run, world: World, tmp_path: Path, name: str) -> None:
    file = str(tmp_path / name)
    run("plan", "-o", file, "--user", "1")
    result = run("apply", file, "--yes")
    assert result.exit_code == 0, result.stderr
    assert {str(address.owner) for address in world.live} == {"pair/1"}


def test_a_manifest_in_json_is_a_manifest(run: Run, world: World, tmp_path: Path) -> None:
    text = '{"apiVersion": "reconciler/v1", "kind": "Shared", "blocks": {"rules": {"value": "be kind"}}}'
    (tmp_path / "shared.json").write_text(text)
    result = run("apply", str(tmp_path / "shared.json"), "--project", "house", "--yes")
    assert result.exit_code == 0, result.stderr
    assert [str(address) for address in world.live] == ["shared/block/rules"]


def test_a_saved_plan_is_applied_by_itself(run: Run, world: World) -> None:
    run("plan", "-o", "plan.json")
    result = run("apply", "plan.json", "all.yaml", "--yes")
    assert (result.exit_code, world.written) == (1, [])
    assert "leave out the rest" in result.stderr


def test_a_stale_plan_is_refused(run: Run, world: World) -> None:
    run("plan", "-o", "plan.json")
    run("apply", "--yes", "--user", "1")
    written = len(world.written)
    result = run("apply", "plan.json", "--yes")
    assert result.exit_code == 4
    assert "plan again" in result.stderr
    assert len(world.written) == written


@pytest.mark.parametrize("flag", [("--prune",), ("--user", "1"), ("--shard", "1/2"), ("--target", "pair")])
def test_the_scope_of_a_saved_plan_is_decided(run: Run, world: World, flag: tuple[str, ...]) -> None:
    run("plan", "-o", "plan.json")
    result = run("apply", "plan.json", "--yes", *flag)
    assert result.exit_code == 1
    assert "saved plan" in result.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format_version": "9.0"}', "\x00"])
def test_a_file_that_is_no_plan_is_explained(run: Run, world: World, project: Path, text: str) -> None:
    (project / "plan.json").write_text(text)
    result = run("apply", "plan.json", "--yes")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
    assert "unexpected" not in result.stderr


def test_a_plan_file_that_is_not_there(run: Run, world: World) -> None:
    result = run("apply", "gone.json", "--yes")
    assert result.exit_code == 1
    assert "gone.json cannot be read" in result.stderr


def test_prune_within_limits_and_force_beyond(run: Run, world: World, project: Path) -> None:
    run("apply", "--yes")
    text = (project / "all.yaml").read_text()
    (project / "all.yaml").write_text(
        text.replace(', {id: "2"}', "").replace("name: demo", "name: demo\nsafety: {max_deletes: 0}")
    )
    assert run("apply", "--yes").exit_code == 0
    assert len(world.live) == 4
    refused = run("apply", "--yes", "--prune")
    assert refused.exit_code == 4
    assert len(world.live) == 4
    assert run("apply", "--yes", "--prune", "--force").exit_code == 0
    assert {str(address.owner) for address in world.live} == {"pair/1"}


def test_destroy_deletes_what_was_chosen_and_forgets_it(run: Run, world: World, tmp_path: Path) -> None:
    run("apply", "--yes")
    assert run("destroy", "pair/1").exit_code == 4
    result = run("destroy", "pair/1", "--yes")
    assert result.exit_code == 0
    assert {str(address.owner) for address in world.live} == {"pair/2"}
    with Cache.open(tmp_path / "cache.db") as cache:
        assert {str(address.owner) for address in cache.ids()} == {"pair/2"}


def test_destroy_needs_a_selector(run: Run, world: World) -> None:
    assert run("destroy", "--yes").exit_code == 1
    assert run("destroy", "", "--yes").exit_code == 1


def test_an_apply_without_a_cache_is_still_an_apply(
    run: Run, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RECONCILER_CACHE", str(tmp_path / "file" / "cache.db"))
    result = run("apply", "--yes")
    assert result.exit_code == 0
    assert "going on without the cache" in result.stderr
    assert len(world.written) == 4


def test_new_ids_are_in_the_cache(run: Run, world: World, tmp_path: Path) -> None:
    run("apply", "--yes")
    with Cache.open(tmp_path / "cache.db") as cache:
        assert cache.ids()[Address.parse("pair/1/agent/one")] == "id-pair/1/agent/one"


def test_a_change_to_a_running_agent_is_left_for_later_and_the_apply_is_partial(
    world: World, project: Path, run: Run
) -> None:
    run("apply", "--yes")
    manifest = project / "all.yaml"
    manifest.write_text(manifest.read_text().replace("one: {", "one: {description: new, "))
    (busy,) = (live.id for address, live in world.live.items() if str(address) == "pair/1/agent/one")
    world.at_work = frozenset({busy})
    result = run("apply", "--yes")
    assert result.exit_code == 3
    assert "1 change left for later" in result.stderr
    assert "--wait" in result.stderr
    again = run("apply", "--yes")
    assert again.exit_code == 3
    world.at_work = frozenset()
    assert run("apply", "--yes").exit_code == 0
