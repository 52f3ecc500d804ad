"""Every declarable field of every kind, on the real server.

For each: apply, then plan is empty; change it in the manifest, and the plan is exactly that change; change
it on the server, and it shows as drift on exactly that path and is put back.
"""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

import pytest

from tests.live.project import Project, changed_paths
from tests.live.raw import RawServer
from tests.plain_fields import plain_fields

MODEL, OTHER_MODEL = "openai-proxy/gpt-4o-mini", "openai-proxy/gpt-4o"
EMBEDDING, OTHER_EMBEDDING = "openai/text-embedding-3-small", "letta/letta-free"
AGENT, BLOCK = "team/ada/agent/helper", "team/ada/block/state"
PRIVATE = "team/ada/agent/helper/block/persona"
SOURCE, GROUP, TOOL = "team/ada/source/notes", "team/ada/group/main", "shared/tool/add"


class Case(NamedTuple):
    """One field: its path, two values to declare, and what somebody sends to the server by hand."""

    path: str
    first: Any
    second: Any
    by_hand: dict[str, Any]


RULE = {"type": "run_first", "tool_name": "memory_insert"}
OTHER_RULE = {"type": "exit_loop", "tool_name": "memory_insert"}

AGENT_CASES = [
    Case("name", "Adas helper", "Adas friend", {"name": "renamed"}),
    Case("description", "helps", "helps more", {"description": "edited"}),
    Case("system", "be kind", "be brief", {"system": "be rude"}),
    Case("model", MODEL, OTHER_MODEL, {"model": OTHER_MODEL}),
    Case("embedding", EMBEDDING, OTHER_EMBEDDING, {"embedding": OTHER_EMBEDDING}),
    Case("context_window_limit", 16000, 20000, {"context_window_limit": 9000}),
    Case(
        "model_settings.temperature",
        0.25,
        0.5,
        {"model_settings": {"provider_type": "openai", "temperature": 0.9}},
    ),
    Case(
        "model_settings.max_output_tokens",
        1000,
        2000,
        {"model_settings": {"provider_type": "openai", "max_output_tokens": 3000}},
    ),
    Case(
        "compaction_settings.sliding_window_percentage",
        0.4,
        0.5,
        {"compaction_settings": {"model": MODEL, "sliding_window_percentage": 0.6}},
    ),
    *(Case(case.name, case.first, case.second, {case.name: case.by_hand}) for case in plain_fields("agent")),
    Case("tool_rules", [RULE], [RULE, OTHER_RULE], {"tool_rules": []}),
    Case("metadata.team", "red", "blue", {}),
    Case("response_format", {"type": "json_object"}, {"type": "text"}, {"response_format": {"type": "text"}}),
]

BLOCK_CASES = [
    Case("description", "what is", "what was", {"description": "edited"}),
    Case("limit", 300, 400, {"limit": 5}),
    Case("read_only", True, False, {"read_only": False}),
    Case("hidden", True, False, {"hidden": False}),
    Case("metadata.team", "red", "blue", {"metadata": {"team": "green"}}),
]

SOURCE_CASES = [
    Case("name", "Adas notes", "Adas papers", {"name": "renamed"}),
    Case("description", "notes", "papers", {"description": "edited"}),
    Case("instructions", "search first", "ask first", {"instructions": "edited"}),
]

GROUP_CASES = [
    Case("description", "talk", "talk more", {}),
    Case("manager.max_turns", 5, 7, {"manager_config": {"manager_type": "round_robin", "max_turns": 3}}),
]

TOOL_CASES = [
    Case("return_char_limit", 1000, 2000, {"return_char_limit": 9}),
    Case("default_requires_approval", True, False, {"default_requires_approval": False}),
    Case("enable_parallel_execution", True, False, {"enable_parallel_execution": False}),
    Case(
        "pip_requirements", [{"name": "idna"}], [{"name": "idna"}, {"name": "six"}], {"pip_requirements": []}
    ),
]

ADD = '''def add(first: int, second: int) -> int:
    """Add two numbers.

    Args:
        first (int): One number.
        second (int): Another number.

    Returns:
        int: Their sum.
    """
    return first + second
'''


def constellation() -> dict[str, Any]:
    """One agent with a private and a shared block, a source and a group."""
    return {
        "kind": "Constellation",
        "name": "team",
        "defaults": {"model": MODEL, "embedding": EMBEDDING},
        "blocks": {"state": {"value": "calm"}},
        "sources": {"notes": {"description": "notes"}},
        "agents": {
            "helper": {
                "system": "be kind",
                "memory_blocks": {"persona": {"value": "kind"}},
                "shared_blocks": ["state"],
                "sources": ["notes"],
                "tools": ["memory_insert", "add"],
            }
        },
        "groups": {"main": {"description": "talk", "agents": ["helper"]}},
    }


def shared() -> dict[str, Any]:
    return {"kind": "Shared", "tools": {"add": {"file": "add.py"}}}


def users() -> dict[str, Any]:
    return {"kind": "Users", "constellation": "team", "users": [{"id": "ada"}]}


def set_path(resource: dict[str, Any], path: str, value: Any) -> None:
    """Put a value where the manifest has this path."""
    *parents, last = path.split(".")
    for parent in parents:
        resource = resource.setdefault(parent, {})
    resource[last] = value


class Place(NamedTuple):
    """Where a kind of resource is declared, and how to reach the live one by hand."""

    address: str
    keys: tuple[str, ...]
    collection: str
    is_shared: bool = False


PLACES = {
    "agent": Place(AGENT, ("agents", "helper"), "agents"),
    "block": Place(BLOCK, ("blocks", "state"), "blocks"),
    "private block": Place(PRIVATE, ("agents", "helper", "memory_blocks", "persona"), "blocks"),
    "source": Place(SOURCE, ("sources", "notes"), "folders"),
    "group": Place(GROUP, ("groups", "main"), "groups"),
    "tool": Place(TOOL, ("tools", "add"), "tools", is_shared=True),
}

CASES = [
    *(pytest.param("agent", case, id=f"agent {case.path}") for case in AGENT_CASES),
    *(pytest.param("block", case, id=f"block {case.path}") for case in BLOCK_CASES),
    *(pytest.param("private block", case, id=f"private block {case.path}") for case in BLOCK_CASES),
    *(pytest.param("source", case, id=f"source {case.path}") for case in SOURCE_CASES),
    *(pytest.param("group", case, id=f"group {case.path}") for case in GROUP_CASES),
    *(pytest.param("tool", case, id=f"tool {case.path}") for case in TOOL_CASES),
]


def declare(project: Project, kind: str, path: str, value: Any) -> None:
    """Write the manifests with one field of one resource set."""
    place = PLACES[kind]
    team, common = copy.deepcopy(constellation()), copy.deepcopy(shared())
    target = common if place.is_shared else team
    for key in place.keys:
        target = target[key]
    set_path(target, path, value)
    (project.root / "add.py").write_text(ADD, encoding="utf-8")
    project.write("team.yaml", common, team, users())


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_field_settles_changes_and_is_watched(
    project: Project, server: RawServer, kind: str, case: Case
) -> None:
    place = PLACES[kind]
    path = case.path.removeprefix("manager.")

    declare(project, kind, case.path, case.first)
    project.apply()
    project.assert_settled()

    if case.by_hand:
        live_id = next(c for c in [address_id(project, place.address)])
        server.call("PATCH", f"/v1/{place.collection}/{live_id}", case.by_hand)
        drifted = project.plan()
        assert changed_paths(drifted) == {place.address: [path]}
        assert [(finding["address"], finding["field"]["path"]) for finding in drifted["drift"]] == [
            (place.address, path)
        ]
        project.apply()
        project.assert_settled()

    declare(project, kind, case.path, case.second)
    written = {address: paths for address, paths in changed_paths(project.plan()).items() if paths}
    assert written == {place.address: [path]}, "an agent may say besides that its gate stays"
    project.apply("--force")
    project.assert_settled()


def address_id(project: Project, address: str) -> str:
    """The server id behind an address, as the plan knows it."""
    ids: dict[str, str] = project.plan()["ids"]
    return ids[address]
