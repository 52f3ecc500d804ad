"""No value an agent or a person wrote is lost to an apply: seen on the real server."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from reconciler.errors import RemoteError
from reconciler.remote import Writer
from reconciler.values import Update
from tests.live.project import Project
from tests.live.raw import RawServer

MODEL, EMBEDDING = "openai-proxy/gpt-4o-mini", "openai/text-embedding-3-small"
RULES, NOTES = "team/ada/block/rules", "team/ada/block/notes"
HELPER = "team/ada/agent/helper"
BASE = "one\ntwo\nthree\nfour\nfive\n"


def declare(project: Project, *, rules: str = "be kind", notes: str = BASE, **agents: Any) -> None:
    """Policy that is enforced, notes that are merged, and perhaps agents."""
    constellation = {
        "kind": "Constellation",
        "name": "team",
        "defaults": {"model": MODEL, "embedding": EMBEDDING},
        "blocks": {
            "rules": {"value": rules, "ownership": {"value": "enforced"}},
            "notes": {"value": notes, "ownership": {"value": "merged"}},
        },
        "agents": agents,
    }
    project.write(
        "team.yaml", constellation, {"kind": "Users", "constellation": "team", "users": [{"id": "ada"}]}
    )


def edit(server: RawServer, label: str, value: str) -> None:
    """What an agent's tool, or a person at the API, does."""
    server.call("PATCH", f"/v1/blocks/{server.block(label)['id']}", {"value": value})


def history(project: Project, address: str) -> list[dict[str, Any]]:
    """Old values of a block, newest first."""
    result = project.run("history", address, "--json", "--manifests", str(project.root))
    assert result.exit_code == 0, result.output
    entries: list[dict[str, Any]] = json.loads(result.stdout)["history"]
    return entries


def restore(project: Project, what: str, *options: str) -> Result:
    return project.run("restore", what, "--manifests", str(project.root), *options)


def values(entries: list[dict[str, Any]]) -> list[tuple[int, str, str]]:
    return [(entry["n"], entry["why"], entry["value"]) for entry in entries]


def test_an_overwritten_value_is_in_the_history_and_can_be_restored(
    project: Project, server: RawServer
) -> None:
    declare(project)
    project.apply()
    assert history(project, RULES) == []
    edit(server, "rules", "be rude\n")
    project.apply()
    assert server.block("rules")["value"] == "be kind"
    assert values(history(project, RULES)) == [(1, "drifted", "be rude\n")]

    before = server.block("rules")
    result = restore(project, f"{RULES}@1", "--yes")
    assert result.exit_code == 0, result.output
    assert '"be kind" -> "be rude\\n"' in result.stdout
    assert "the next apply writes theirs" in result.stderr
    after = server.block("rules")
    assert after["value"] == "be rude\n"
    assert sorted(after["tags"]) == sorted(before["tags"])
    assert values(history(project, RULES)) == [(2, "restored", "be kind"), (1, "drifted", "be rude\n")]
    assert [change["reason"] for change in project.plan()["changes"]] == ["drifted"]


def test_a_restored_value_of_a_seeded_block_counts_as_learning(project: Project, server: RawServer) -> None:
    persona = {"memory_blocks": {"persona": {"value": "kind"}}}
    declare(project, helper=persona)
    project.apply()
    edit(server, "persona", "learned to listen")
    project.apply("--reseed", f"{HELPER}/block/persona")
    assert server.block("persona")["value"] == "kind"

    assert restore(project, f"{HELPER}/block/persona@1", "--yes").exit_code == 0
    assert server.block("persona")["value"] == "learned to listen"
    plan = project.plan()
    assert not plan["changes"]
    assert [finding["field"]["live"] for finding in plan["learned"]] == ["learned to listen"]


def test_restore_asks_first_and_changes_nothing_where_nobody_can_answer(
    project: Project, server: RawServer
) -> None:
    declare(project)
    project.apply()
    edit(server, "rules", "be rude")
    project.apply()
    result = restore(project, f"{RULES}@1")
    assert result.exit_code == 4
    assert '"be kind" -> "be rude"' in result.stdout
    assert server.block("rules")["value"] == "be kind"
    assert restore(project, f"{RULES}@7", "--yes").exit_code == 1
    assert restore(project, RULES, "--yes").exit_code == 1


def test_a_deleted_blocks_value_is_in_the_history_and_restore_says_what_to_do(
    project: Project, server: RawServer
) -> None:
    declare(project)
    project.apply()
    edit(server, "notes", "what was learned\n")
    gone = project.run("destroy", NOTES, "--yes", "--manifests", str(project.root))
    assert gone.exit_code == 0, gone.output
    assert not [block for block in server.list("blocks") if block["label"] == "notes"]
    assert values(history(project, NOTES)) == [(1, "destroy", "what was learned\n")]
    full = project.run("history", NOTES, "--full", "1", "--manifests", str(project.root))
    assert full.stdout == "what was learned\n"

    result = restore(project, f"{NOTES}@1", "--yes")
    assert result.exit_code == 1
    assert "no such block on the server" in result.output
    assert "declare it, apply, then restore" in result.output
    project.apply()
    assert restore(project, f"{NOTES}@1", "--yes").exit_code == 0
    assert server.block("notes")["value"] == "what was learned\n"


def test_a_crash_between_storing_and_writing_keeps_the_value(
    project: Project, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(project)
    project.apply()
    edit(server, "rules", "be rude")
    perform = Writer.perform

    def dies(writer: Writer, operation: Any, ids: Any) -> Any:
        if isinstance(operation, Update):
            raise RemoteError("the power went out")
        return perform(writer, operation, ids)

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "perform", dies)
        assert project.run("apply", str(project.root), "--yes").exit_code == 1
    assert server.block("rules")["value"] == "be rude"
    assert values(history(project, RULES)) == [(1, "drifted", "be rude")]
    project.apply()
    assert values(history(project, RULES)) == [(1, "drifted", "be rude")]


DIES = """
import os, sys
from reconciler.cli.main import main
from reconciler.remote import Writer
Writer.perform = lambda *_: os._exit(137)
main(sys.argv[1:])
"""


def test_a_process_that_dies_between_storing_and_writing_leaves_the_value_behind(
    project: Project, server: RawServer
) -> None:
    declare(project)
    project.apply()
    edit(server, "rules", "be rude")
    environ = {**os.environ, "LETTA_BASE_URL": project.url, "RECONCILER_CACHE": str(project.cache)}
    command = [sys.executable, "-c", DIES, "apply", str(project.root), "--yes"]
    assert subprocess.run(command, env=environ, capture_output=True, check=False).returncode == 137
    assert server.block("rules")["value"] == "be rude"
    assert values(history(project, RULES)) == [(1, "drifted", "be rude")]


def test_an_enforced_value_that_moved_between_plan_and_apply_is_not_overwritten(
    project: Project, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(project)
    project.apply()
    edit(server, "rules", "be rude")
    perform = Writer.perform

    def while_somebody_edits(writer: Writer, operation: Any, ids: Any) -> Any:
        edit(server, "rules", "be ruder")
        return perform(writer, operation, ids)

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "perform", while_somebody_edits)
        result = project.run("apply", str(project.root), "--yes")
    assert result.exit_code == 1
    assert "was edited since the plan was made; nothing was written" in result.output
    assert server.block("rules")["value"] == "be ruder"


def test_a_block_that_moved_between_plan_and_destroy_is_not_deleted(
    project: Project, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(project)
    project.apply()
    perform = Writer.perform

    def while_somebody_edits(writer: Writer, operation: Any, ids: Any) -> Any:
        edit(server, "notes", "learned just now")
        return perform(writer, operation, ids)

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "perform", while_somebody_edits)
        result = project.run("destroy", NOTES, "--yes", "--manifests", str(project.root))
    assert result.exit_code == 1
    assert "nothing was deleted" in result.output
    assert server.block("notes")["value"] == "learned just now"


def test_a_value_that_cannot_be_stored_stays_unless_a_person_lets_it_go(
    project: Project, server: RawServer, tmp_path: Path
) -> None:
    declare(project)
    project.apply()
    edit(server, "rules", "be rude")
    project.cache = tmp_path / "file" / "cache.db"
    (tmp_path / "file").write_text("in the way")
    result = project.run("apply", str(project.root), "--yes")
    assert result.exit_code == 1
    assert "its old value could not be stored first" in result.output
    assert "--allow history-loss" in result.output
    assert server.block("rules")["value"] == "be rude"
    assert project.run("apply", str(project.root), "--yes", "--allow", "history-loss").exit_code == 0
    assert server.block("rules")["value"] == "be kind"


def test_different_lines_are_merged_once_and_the_next_plan_writes_nothing(
    project: Project, server: RawServer
) -> None:
    declare(project)
    project.apply()
    edit(server, "notes", BASE.replace("five", "five, learned"))
    declare(project, notes=BASE.replace("one", "one, declared"))
    outcome = project.apply()
    assert outcome["requests"]["writes"] == 1 + 1 + 2, "the block, the record, the lock"
    merged = BASE.replace("one", "one, declared").replace("five", "five, learned")
    assert server.block("notes")["value"] == merged
    assert values(history(project, NOTES)) == [(1, "field_changed", BASE.replace("five", "five, learned"))]
    plan = project.plan()
    assert not plan["changes"]
    assert not plan["conflicts"]
    declare(project, notes=BASE.replace("one", "one, declared").replace("two", "two, too"))
    project.apply()
    assert server.block("notes")["value"] == merged.replace("two", "two, too")


def test_the_same_lines_are_a_conflict_said_with_both_sides_and_nothing_is_written(
    project: Project, server: RawServer
) -> None:
    declare(project)
    project.apply()
    edit(server, "notes", BASE.replace("three", "three, learned"))
    declare(project, notes=BASE.replace("three", "three, declared"))
    before = server.everything()
    result = project.run("apply", str(project.root), "--yes")
    assert result.exit_code == 0
    assert "both sides changed the same lines" in result.stdout
    assert "- three, declared" in result.stdout
    assert "+ three, learned" in result.stdout
    assert f"--reseed {NOTES}" in result.stdout
    (conflict,) = project.plan()["conflicts"]
    assert conflict["address"] == NOTES
    assert server.everything() == before

    declare(project, notes=BASE.replace("three", "three, learned"))
    project.apply()
    project.assert_settled()


def test_without_its_base_text_a_merge_is_a_conflict(project: Project, server: RawServer) -> None:
    declare(project)
    project.apply()
    edit(server, "notes", BASE.replace("five", "five, learned"))
    declare(project, notes=BASE.replace("one", "one, declared"))
    for file in project.cache.parent.iterdir():
        file.unlink()
    for record in server.records():
        server.call("DELETE", f"/v1/blocks/{record['id']}")
    before = server.everything()
    plan = project.plan()
    assert not plan["changes"]
    (conflict,) = plan["conflicts"]
    assert "cannot be merged" in conflict["field"]["note"]
    assert server.everything() == before


def test_a_plan_finds_the_base_text_again_while_one_side_still_has_it(
    project: Project, server: RawServer
) -> None:
    declare(project)
    project.apply()
    for file in project.cache.parent.iterdir():
        file.unlink()
    project.plan()
    edit(server, "notes", BASE.replace("five", "five, learned"))
    declare(project, notes=BASE.replace("one", "one, declared"))
    project.apply()
    assert server.block("notes")["value"] == BASE.replace("one", "one, declared").replace(
        "five", "five, learned"
    )


@pytest.fixture
def exports(project: Project, tmp_path: Path) -> Path:
    """Where agents of this project are saved."""
    project.environ["XDG_STATE_HOME"] = str(tmp_path / "state")
    return tmp_path / "state" / "letta-reconciler" / "exports" / "demo"


def talkative(project: Project, server: RawServer, agent: dict[str, Any]) -> str:
    """An agent with a secret that has said more than it still has in context, and remembers a passage."""
    project.environ["HELPER_KEY"] = "canary-4711"
    declare(project, helper={**agent, "secrets": {"API_KEY": {"secret_env": "HELPER_KEY"}}})
    project.apply()
    server_id: str = server.agent("team_ada_helper")["id"]
    for text in ("hello there", "and again"):
        message = {"messages": [{"role": "user", "content": text}]}
        server.call("POST", f"/v1/agents/{server_id}/messages", message)
    server.call("POST", f"/v1/agents/{server_id}/archival-memory", {"text": "the cat is called Fig"})
    return server_id


def test_an_agent_with_messages_is_saved_before_it_is_deleted(
    project: Project, server: RawServer, exports: Path
) -> None:
    talkative(project, server, {"message_buffer_autoclear": True})
    refused = project.run("destroy", HELPER, "--yes", "--manifests", str(project.root))
    assert refused.exit_code == 4
    assert not exports.exists()

    command = ("destroy", HELPER, "--yes", "--allow-data-loss", "--manifests", str(project.root))
    result = project.run(*command)
    assert result.exit_code == 0, result.output
    assert not server.list("agents")
    agent_file, beside = sorted(exports.iterdir())
    assert f"saved: {HELPER}: {agent_file}" in result.stdout
    assert {stat.S_IMODE(path.stat().st_mode) for path in exports.iterdir()} == {0o600}
    saved = json.loads(agent_file.read_text())
    assert saved["agents"][0]["name"] == "team_ada_helper"
    assert saved["agents"][0]["secrets"] == {"API_KEY": ""}
    more = json.loads(beside.read_text())
    said = [row["content"] for row in more["messages"] if row["message_type"] == "user_message"]
    assert said == ["hello there", "and again"]
    assert [row["text"] for row in more["passages"]] == ["the cat is called Fig"]
    assert "canary-4711" not in agent_file.read_text() + beside.read_text() + result.output


def test_a_replaced_agent_is_saved_before_the_old_one_goes(
    project: Project, server: RawServer, exports: Path
) -> None:
    old = talkative(project, server, {})
    helper = {"agent_type": "memgpt_v2_agent", "secrets": {"API_KEY": {"secret_env": "HELPER_KEY"}}}
    declare(project, helper=helper)
    document = project.apply("--allow-data-loss", "--force")
    (result,) = [each for each in document["results"] if each["address"] == HELPER]
    assert Path(result["saved_at"]).parent == exports
    assert server.agent("team_ada_helper")["id"] != old


def test_an_agent_that_cannot_be_saved_is_not_deleted(
    project: Project, server: RawServer, exports: Path
) -> None:
    talkative(project, server, {})
    exports.parent.mkdir(parents=True)
    exports.write_text("in the way")
    command = ("destroy", HELPER, "--yes", "--allow-data-loss", "--manifests", str(project.root))
    result = project.run(*command)
    assert result.exit_code == 1
    assert "could not be saved first" in result.output
    assert server.agent("team_ada_helper")


def test_an_agent_that_speaks_between_plan_and_destroy_is_not_deleted(
    project: Project, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(project, helper={})
    project.apply()
    server_id = server.agent("team_ada_helper")["id"]
    perform = Writer.perform

    def while_somebody_talks(writer: Writer, operation: Any, ids: Any) -> Any:
        message = {"messages": [{"role": "user", "content": "hello"}]}
        server.call("POST", f"/v1/agents/{server_id}/messages", message)
        return perform(writer, operation, ids)

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "perform", while_somebody_talks)
        result = project.run("destroy", HELPER, "--yes", "--manifests", str(project.root))
    assert result.exit_code == 1
    assert "it got messages since the plan was made; nothing was deleted" in result.output
    assert server.agent("team_ada_helper")["id"] == server_id


def test_the_old_values_of_a_renamed_block_go_with_it(project: Project, server: RawServer) -> None:
    declare(project)
    project.apply()
    edit(server, "rules", "be rude")
    project.apply()
    text = (project.root / "team.yaml").read_text().replace("  rules:\n", "  policy:\n")
    moved = "moved: [{from: block/rules, to: block/policy}]\n---"
    (project.root / "team.yaml").write_text(text.replace("---", moved, 1))
    project.apply()
    assert values(history(project, "team/ada/block/policy")) == [(1, "drifted", "be rude")]
    assert history(project, RULES) == []
