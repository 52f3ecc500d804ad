"""Random manifests and random live edits on the real server always converge, and never at a price.

For every scenario: one apply settles it, nothing learned is lost, nothing foreign is touched. Breaking the
ownership table on purpose makes the very same check fail.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from reconciler.server import ServerInstance
from reconciler.values import Effect, Ownership, Verdict
from reconciler.values import ownership as table
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.live.scenarios import MODEL, SHARED, Edit, Scenario, scenarios

EXAMPLES = int(os.environ.get("RECONCILER_EXAMPLES", "0"))
"""How many scenarios a soak plays, other ones each time; the tests play the same few each time."""
USERS = {"kind": "Users", "constellation": "team", "users": [{"id": "ada"}]}


def check(scenario: Scenario, project: Project, server: RawServer) -> None:
    """Everything that must hold, whatever happened."""
    foreign = make_foreign(server)
    before = {kind: {id_: server.everything()[kind][id_] for id_ in ids} for kind, ids in foreign.items()}
    project.write("team.yaml", scenario.first, USERS)
    project.apply()
    project.assert_settled()
    learned = {}
    for edit in scenario.edits:
        learned.update(carry_out(edit, scenario, server))
    project.write("team.yaml", scenario.second, USERS)
    project.apply("--force")
    after = project.plan()
    assert not after["changes"], after["changes"]
    assert not after["drift"], after["drift"]
    values = {block["id"]: block["value"] for block in server.list("blocks")}
    for block_id, value in learned.items():
        assert values[block_id] == value
    everything = server.everything()
    for kind, resources in before.items():
        for id_, resource in resources.items():
            assert everything[kind][id_] == resource


def make_foreign(server: RawServer) -> dict[str, list[str]]:
    """Resources of somebody else, with names like ours."""
    block = server.call("POST", "/v1/blocks/", {"label": "state", "value": "theirs"})
    agent = server.call(
        "POST",
        "/v1/agents/",
        {
            "name": "team_ada_one",
            "model": MODEL,
            "block_ids": [block["id"]],
            "tags": ["user:ada", "constellation:team"],
        },
    )
    group = server.call("POST", "/v1/groups/", {"agent_ids": [agent["id"]], "description": "theirs"})
    return {"agents": [agent["id"]], "blocks": [block["id"]], "groups": [group["id"]]}


def ours(server: RawServer, name: str) -> dict[str, Any]:
    return next(
        agent
        for agent in server.list("agents")
        if agent["name"] == f"team_ada_{name}" and "managed-by:letta-reconciler" in agent["tags"]
    )


def carry_out(edit: Edit, scenario: Scenario, server: RawServer) -> dict[str, str]:
    """Make one edit; returns block id to value where that is learning, which may never be lost."""
    agent = ours(server, edit.agent)
    path = f"/v1/agents/{agent['id']}"
    blocks = {block["label"]: block for block in agent["blocks"]}
    tools = {tool["name"]: tool["id"] for tool in agent["tools"]}
    match edit.what:
        case "learn" if edit.label in blocks:
            block_id = blocks[edit.label]["id"]
            server.call("PATCH", f"/v1/blocks/{block_id}", {"value": edit.text})
            return {block_id: edit.text} if is_learning(edit, scenario) else {}
        case "describe":
            server.call("PATCH", path, {"description": edit.text})
        case "prompt":
            server.call("PATCH", path, {"system": edit.text})
        case "tag":
            server.call("PATCH", path, {"tags": [*agent["tags"], "made-at-run-time"]})
        case "limit" if edit.label in blocks:
            server.call("PATCH", f"/v1/blocks/{blocks[edit.label]['id']}", {"limit": 7})
        case "untool" if tools:
            server.call("PATCH", f"{path}/tools/detach/{tools[min(tools)]}")
        case "tool":
            known = {tool["name"]: tool["id"] for tool in server.list("tools")}
            server.call("PATCH", f"{path}/tools/attach/{known['archival_memory_search']}")
        case "own block" if "diary" not in blocks:
            made = server.call("POST", "/v1/blocks/", {"label": "diary", "value": edit.text})
            server.call("PATCH", f"{path}/core-memory/blocks/attach/{made['id']}")
            return {made["id"]: edit.text}
        case "delete group":
            for group in server.list("groups"):
                if "theirs" not in group["description"]:
                    server.call("DELETE", f"/v1/groups/{group['id']}")
        case _:
            pass
    return {}


def is_learning(edit: Edit, scenario: Scenario) -> bool:
    """Whether both manifests leave this value to the agent; a merge may join both sides."""
    return all(
        _ownership(manifest, edit) in ("seeded", None) for manifest in (scenario.first, scenario.second)
    )


def _ownership(manifest: dict[str, Any], edit: Edit) -> str | None:
    if edit.label in SHARED:
        block = manifest["blocks"][edit.label]
    else:
        block = manifest["agents"].get(edit.agent, {}).get("memory_blocks", {}).get(edit.label)
    return None if block is None else block["ownership"]["value"]


@pytest.fixture
def fresh(letta_server: ServerInstance, project: Project, server: RawServer) -> Any:
    """Runs one scenario on a server and a cache that know nothing of the scenarios before."""

    def run(scenario: Scenario) -> None:
        letta_server.reset()
        for file in project.cache.parent.glob("*") if project.cache.parent.exists() else ():
            file.unlink()
        check(scenario, project, server)

    return run


@given(scenario=scenarios())
@settings(
    max_examples=EXAMPLES or 12,
    deadline=None,
    derandomize=not EXAMPLES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_scenario_converges_and_loses_nothing(fresh: Any, scenario: Scenario) -> None:
    fresh(scenario)


LEARNING = Scenario(
    first={
        "kind": "Constellation",
        "name": "team",
        "defaults": {"model": MODEL},
        "blocks": {name: {"value": "calm", "ownership": {"value": "seeded"}} for name in SHARED},
        "agents": {"one": {"shared_blocks": ["state"], "memory_blocks": {}, "tools": [], "tags": []}},
    },
    edits=(Edit("learn", "one", "state", "edited"),),
    second={
        "kind": "Constellation",
        "name": "team",
        "defaults": {"model": MODEL},
        "blocks": {name: {"value": "calm", "ownership": {"value": "seeded"}} for name in SHARED},
        "agents": {"one": {"shared_blocks": ["state"], "memory_blocks": {}, "tools": [], "tags": ["red"]}},
    },
)


def test_the_check_passes_for_plain_learning(fresh: Any) -> None:
    fresh(LEARNING)


def test_an_ownership_table_that_overwrites_learning_fails_the_check(
    fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(table.EFFECTS, (Ownership.SEEDED, Verdict.LEARNED), Effect.WRITE)
    with pytest.raises(AssertionError):
        fresh(LEARNING)


def test_an_ownership_table_that_forgets_drift_fails_the_check(
    fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(table.EFFECTS, (Ownership.ENFORCED, Verdict.DRIFT), Effect.NOTHING)
    drifted = Scenario(LEARNING.first, (Edit("tool", "one"),), LEARNING.first)
    with pytest.raises(AssertionError):
        fresh(drifted)
