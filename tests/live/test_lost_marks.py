"""Apps replace tags, metadata and descriptions whole: what was ours stays ours, and is never made twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.live import fleet
from tests.live.project import Project
from tests.live.raw import RawServer

pytestmark = pytest.mark.server

TOOL = '''def log_mood(mood: str) -> str:
    """Log a mood.

    Args:
        mood: what it is
    """
    return mood
'''
Strip = Callable[[RawServer, dict[str, str]], None]


def declare(project: Project) -> None:
    agent = {
        "model": fleet.MODEL,
        "embedding": fleet.EMBEDDING,
        "memory_blocks": {"persona": {"value": "kind"}},
        "shared_blocks": ["state"],
        "sources": ["notes"],
        "tools": ["log_mood"],
    }
    project.write(
        "team.yaml",
        {
            "kind": "Constellation",
            "name": "team",
            "blocks": {"state": {"value": "calm"}},
            "sources": {"notes": {"embedding": fleet.EMBEDDING}},
            "agents": {"a": agent, "b": agent},
            "groups": {"main": {"manager": {"type": "round_robin"}, "agents": ["a", "b"]}},
        },
        {"kind": "Users", "constellation": "team", "users": [{"id": "ada"}]},
        {"kind": "Shared", "tools": {"log_mood": {"file": "log_mood.py"}}},
    )
    (project.root / "log_mood.py").write_text(TOOL, encoding="utf-8")


def ids(server: RawServer) -> dict[str, list[str]]:
    found = {kind: sorted(row["id"] for row in server.list(kind)) for kind in ("agents", "groups", "folders")}
    blocks = sorted(row["id"] for row in server.list("blocks"))
    return {**found, "blocks": blocks, "tools": sorted(row["id"] for row in server.custom_tools())}


def of(server: RawServer) -> dict[str, str]:
    (persona,) = (
        block["id"] for block in server.agent("team_ada_a")["blocks"] if block["label"] == "persona"
    )
    return {
        "agent": server.agent("team_ada_a")["id"],
        "block": server.block("state")["id"],
        "private": persona,
        "group": server.list("groups")[0]["id"],
        "folder": server.list("folders")[0]["id"],
        "tool": server.custom_tools()[0]["id"],
    }


def patching(kind: str, path: str, **body: Any) -> Strip:
    def strip(server: RawServer, known: dict[str, str]) -> None:
        server.call("PATCH", f"/v1/{path}/{known[kind]}", body)

    return strip


WAYS: dict[str, Strip] = {
    "agent tags": patching("agent", "agents", tags=["vip"]),
    "agent metadata": patching("agent", "agents", metadata={"app": 1}),
    "agent both": patching("agent", "agents", tags=["vip"], metadata={"app": 1}),
    "block tags": patching("block", "blocks", tags=["vip"]),
    "block metadata": patching("block", "blocks", metadata={"app": 1}),
    "block both": patching("block", "blocks", tags=[], metadata={"app": 1}),
    "private block tags": patching("private", "blocks", tags=["vip"]),
    "group description": patching("group", "groups", description="our team"),
    "folder metadata": patching("folder", "folders", metadata={"app": 1}),
    "tool tags": patching("tool", "tools", tags=["app"]),
}


NAMED_BY_OTHERS = [way for way in WAYS if way.split()[0] in ("agent", "block", "private")]
"""What private blocks, or the agents it hangs on, tell without anything else."""


@pytest.fixture
def team(project: Project) -> Project:
    """One user's set of every kind, applied; a block and the persona of an agent were learned from."""
    declare(project)
    project.apply()
    return project


def lose(project: Project, server: RawServer, way: str) -> tuple[dict[str, list[str]], str]:
    """Learn something, then have an app take the mark; the ids, and what was learned."""
    known = of(server)
    server.call("PATCH", f"/v1/blocks/{known['block']}", {"value": "busy"})
    server.call("PATCH", f"/v1/blocks/{known['private']}", {"value": "very kind"})
    before = ids(server)
    WAYS[way](server, known)
    return before, known["block"]


def forget(project: Project, server: RawServer) -> None:
    """Neither cache nor record are left."""
    project.cache.unlink()
    for record in server.records():
        server.call("DELETE", f"/v1/blocks/{record['id']}")


def assert_restored(project: Project, server: RawServer, before: dict[str, list[str]]) -> None:
    assert ids(server) == before
    assert server.block("state")["value"] == "busy"
    assert not project.plan()["changes"]


@pytest.mark.parametrize("memory", ["cache", "record"])
@pytest.mark.parametrize("way", WAYS)
def test_a_lost_mark_is_restored_and_nothing_is_made_twice(
    team: Project, server: RawServer, way: str, memory: str
) -> None:
    before, _ = lose(team, server, way)
    if memory == "record":
        team.cache.unlink()
    plan = team.plan()
    assert {each["action"] for each in plan["changes"]} <= {"update"}
    assert {each["reason"] for each in plan["changes"]} <= {"mark_lost"}

    team.apply()

    assert_restored(team, server, before)


@pytest.mark.parametrize("way", NAMED_BY_OTHERS)
def test_without_cache_and_record_what_hangs_together_tells(
    team: Project, server: RawServer, way: str
) -> None:
    before, _ = lose(team, server, way)
    forget(team, server)

    team.apply()

    assert_restored(team, server, before)


@pytest.mark.parametrize("way", ["folder metadata", "tool tags"])
def test_without_cache_and_record_a_unique_name_is_an_error_that_says_how_to_go_on(
    team: Project, server: RawServer, way: str
) -> None:
    before, _ = lose(team, server, way)
    forget(team, server)

    refused = team.run("apply", str(team.root), "--yes")

    assert refused.exit_code == 1
    assert "reconciler adopt " in refused.output
    assert ids(server) == before


def test_what_an_app_added_stays_beside_the_restored_mark(team: Project, server: RawServer) -> None:
    lose(team, server, "agent both")
    team.apply()
    agent = server.agent("team_ada_a")
    assert "vip" in agent["tags"]
    assert agent["metadata"]["app"] == 1


def test_an_id_in_an_edited_record_is_not_believed_where_it_is_another_thing(
    team: Project, server: RawServer
) -> None:
    stranger = fleet.agent(server, "stranger", tags=["theirs"])["id"]
    known = of(server)
    (record,) = (each for each in server.records() if known["agent"] in each["value"])
    value = record["value"].replace(known["agent"], stranger)
    server.call("PATCH", f"/v1/blocks/{record['id']}", {"value": value})
    team.cache.unlink()

    refused = team.run("apply", str(team.root), "--yes")

    assert refused.exit_code == 4
    assert "is not what was noted of it" in refused.output
    assert server.agent("stranger")["tags"] == ["theirs"]


def test_what_an_app_adds_between_plan_and_write_survives(
    team: Project, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reconciler.remote import Writer

    known, perform = of(server), Writer.perform

    def interfering(self: Any, operation: Any, ids: Any) -> Any:
        agent = server.agent("team_ada_a")
        server.call("PATCH", f"/v1/agents/{known['agent']}", {"tags": [*agent["tags"], "vip"]})
        return perform(self, operation, ids)

    lose(team, server, "agent metadata")
    with monkeypatch.context() as patched:
        patched.setattr(Writer, "perform", interfering)
        team.apply()
    agent = server.agent("team_ada_a")
    assert "vip" in agent["tags"]
    assert agent["metadata"]["app"] == 1
