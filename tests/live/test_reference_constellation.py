"""The main job, whole: the reference constellation for two users on an empty real server."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.live.examples import example
from tests.live.project import Project
from tests.live.raw import RawServer

ROLES = {"pattern", "entropy", "flux", "archive", "momentum", "anchor"}
SHARED = {"current_state", "active_context", "bond_evolution", "human"}
PRIVATE = {"persona", "core_memory"}


@pytest.fixture
def pattern(letta_url: str, tmp_path: Path) -> Project:
    """The reference constellation, not applied yet."""
    return example("pattern", letta_url, tmp_path)


def test_first_apply_leaves_exactly_the_declared_resources(pattern: Project, server: RawServer) -> None:
    pattern.apply()
    agents = server.list("agents")
    assert len(agents) == 2 * len(ROLES)
    assert {agent["name"] for agent in agents if agent["name"].startswith("pattern_42_")} == {
        f"pattern_42_{role}" for role in ROLES
    }
    blocks = Counter(block["label"] for block in server.list("blocks"))
    assert blocks == {**dict.fromkeys(SHARED, 2), **dict.fromkeys(PRIVATE, 12)}
    assert Counter(group["manager_type"] for group in server.list("groups")) == {
        "dynamic": 2,
        "round_robin": 2,
        "supervisor": 2,
        "sleeptime": 2,
    }
    assert len(server.list("folders")) == 2
    assert not server.custom_tools()


def test_every_agent_has_its_blocks_tools_and_knowledge(pattern: Project, server: RawServer) -> None:
    pattern.apply()
    for agent in server.list("agents"):
        assert {block["label"] for block in agent["blocks"]} == SHARED | PRIVATE
        assert len(agent["sources"]) == 1
        names = {tool["name"] for tool in agent["tools"]}
        assert {"memory_insert", "memory_replace", "conversation_search", "archival_memory_search"} <= names
        assert "send_message" not in names


def test_shared_blocks_are_one_block_and_never_cross_users(pattern: Project, server: RawServer) -> None:
    pattern.apply()
    by_user: dict[str, set[str]] = {}
    for agent in server.list("agents"):
        user = next(tag for tag in agent["tags"] if tag.startswith("user:"))
        shared = {block["id"] for block in agent["blocks"] if block["label"] in SHARED}
        assert by_user.setdefault(user, shared) == shared
    ada, ben = by_user.values()
    assert not ada & ben


def test_groups_have_their_managers_members_and_settings(pattern: Project, server: RawServer) -> None:
    pattern.apply()
    names = {agent["id"]: agent["name"].removeprefix("pattern_42_") for agent in server.list("agents")}
    groups = {
        group["manager_type"]: group
        for group in server.list("groups")
        if names[group["agent_ids"][0]] in ROLES
    }
    assert [names[member] for member in groups["round_robin"]["agent_ids"]] == [
        "pattern",
        "momentum",
        "anchor",
    ]
    assert names[groups["dynamic"]["manager_agent_id"]] == "pattern"
    assert (groups["dynamic"]["termination_token"], groups["dynamic"]["max_turns"]) == ("DONE!", 10)
    assert names[groups["supervisor"]["manager_agent_id"]] == "entropy"
    assert groups["sleeptime"]["sleeptime_agent_frequency"] == 20


def test_second_plan_is_empty_and_second_apply_writes_nothing(pattern: Project, server: RawServer) -> None:
    pattern.apply()
    before = server.everything()
    pattern.assert_settled()
    assert pattern.apply()["requests"]["writes"] == 0
    assert server.everything() == before


def test_plan_without_the_cache_is_the_same_plan(pattern: Project) -> None:
    pattern.apply()
    with_cache = pattern.plan()
    for file in pattern.cache.parent.iterdir():
        file.unlink()
    assert pattern.plan() == with_cache


def test_requests_stay_within_the_budget(pattern: Project) -> None:
    first = pattern.plan("--user", "42")
    assert first["requests"]["reads"] <= 8
    agents, groups, in_background, shared_blocks, sources, files = 6, 4, 1, 4, 1, 6
    assert first["requests"]["writes"] == agents + groups + in_background + shared_blocks + sources + files
    done = pattern.apply("--user", "42")
    looks = 2 + in_background
    assert done["requests"]["reads"] <= 8 + looks, "models, embeddings and a group are looked up first"
    assert done["requests"]["writes"] == first["requests"]["writes"] + 2 + 1, "the lock, and the record"
    assert sum(done["requests"].values()) == sum(first["requests"].values())
    assert pattern.plan("--user", "42")["requests"]["reads"] <= 8
    sources_with_files = 2
    pattern.apply()
    assert pattern.plan()["requests"]["reads"] <= 8 + sources_with_files


def test_a_changed_template_reaches_every_agent_of_every_user(pattern: Project) -> None:
    pattern.apply()
    base = pattern.root / "prompts" / "base.md"
    base.write_text(base.read_text(encoding="utf-8") + "\nBe kind.\n", encoding="utf-8")
    changes = pattern.plan()["changes"]
    assert len(changes) == 12
    assert {tuple(field["path"] for field in change["fields"]) for change in changes} == {("system",)}
    pattern.apply()
    pattern.assert_settled()


def test_destroying_one_user_leaves_the_other_untouched(pattern: Project, server: RawServer) -> None:
    pattern.apply()
    ben = {agent["id"] for agent in server.list("agents") if "user:ben@example.com" in agent["tags"]}
    result = pattern.run("destroy", "pattern/42", "--manifests", str(pattern.root), "--yes")
    assert result.exit_code == 0, result.output
    assert {agent["id"] for agent in server.list("agents")} == ben
    assert len(server.list("blocks")) == len(SHARED) + 2 * len(ROLES)
    assert len(server.list("groups")) == 4
    assert len(server.list("folders")) == 1


def test_the_other_example_uses_the_rest_of_the_language(
    letta_url: str, tmp_path: Path, server: RawServer
) -> None:
    support = example("support", letta_url, tmp_path)
    support.apply()
    support.assert_settled()
    assert len(server.list("agents")) == 9
    assert [tool["name"] for tool in server.custom_tools()] == ["lookup_order"]
    assert support.apply()["requests"]["writes"] == 0


def test_two_projects_on_one_server_do_not_see_each_other(
    letta_url: str, tmp_path: Path, server: RawServer
) -> None:
    pattern = example("pattern", letta_url, tmp_path)
    support = example("support", letta_url, tmp_path)
    pattern.apply()
    support.apply()
    pattern.assert_settled()
    support.assert_settled()
    pruned = support.plan("--prune")
    assert not pruned["changes"]
