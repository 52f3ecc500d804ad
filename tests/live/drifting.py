"""A small constellation, an agent that is told which tool to call, and the drift report.

In: a project, and the server as raw HTTP shows it. Out: what `drift` said, and what the tool answered.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from tests.live.project import Project
from tests.live.raw import RawServer

MODEL, EMBEDDING = "openai-proxy/gpt-4o-mini", "openai/text-embedding-3-small"
AGENT = "team/ada/agent/helper"
TEAM: dict[str, Any] = {
    "kind": "Constellation",
    "name": "team",
    "defaults": {"model": MODEL, "embedding": EMBEDDING},
    "blocks": {"state": {"value": "calm"}},
    "agents": {
        "helper": {
            "system": "be kind",
            "memory_blocks": {
                "persona": {"value": "I am kind.", "description": "Who I am", "limit": 200},
                "rules": {"value": "Be honest.", "ownership": {"value": "enforced"}},
            },
            "shared_blocks": ["state"],
            "tools": ["memory", "memory_insert", "memory_replace", "memory_rethink"],
        }
    },
}


def users(*ids: str) -> dict[str, Any]:
    """Who gets it."""
    return {"kind": "Users", "constellation": "team", "users": [{"id": each} for each in ids or ("ada",)]}


def declare(project: Project, team: dict[str, Any] = TEAM, *more: dict[str, Any]) -> None:
    """Write the manifests, for one user unless `more` says otherwise."""
    project.write("team.yaml", team, *(more or (users(),)))


def helper_with(**fields: Any) -> dict[str, Any]:
    """The team with some fields of its agent replaced."""
    team = copy.deepcopy(TEAM)
    team["agents"]["helper"].update(fields)
    return team


def drift(project: Project, *options: str, exit_code: int = 0) -> dict[str, Any]:
    """The drift report as its JSON document."""
    result = project.run("drift", str(project.root), "--json", *options)
    assert result.exit_code == exit_code, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def paths(document: dict[str, Any], verdict: str) -> list[tuple[str, str]]:
    """Resource, below its user, and path of every finding of `drift`, `learned` or `conflicts`."""
    found = ((each["address"].removeprefix("team/ada/"), each["field"]["path"]) for each in document[verdict])
    return sorted(found)


def tell(server: RawServer, agent: str, tool: str, **arguments: Any) -> str:
    """Have a real agent call a tool, by way of the scripted model; what the tool answered."""
    agent_id = server.agent(agent)["id"]
    said = {"messages": [{"role": "user", "content": f"CALL:{tool}:{json.dumps(arguments)}"}]}
    answer = server.call("POST", f"/v1/agents/{agent_id}/messages", said)
    (returned,) = (each for each in answer["messages"] if each["message_type"] == "tool_return_message")
    return f"{returned['status']}: {returned['tool_return']}"


def blocks(server: RawServer, agent: str) -> dict[str, dict[str, Any]]:
    """The blocks on an agent, by label."""
    return {block["label"]: block for block in server.agent(agent)["blocks"]}


def agent(*shared: str, **more: Any) -> dict[str, Any]:
    """One agent with a private persona and these shared blocks."""
    return {
        "system": "be kind",
        "memory_blocks": {"persona": {"value": "kind"}},
        "shared_blocks": list(shared),
        **more,
    }


def team(agents: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A constellation of these agents."""
    defaults = {"model": MODEL, "embedding": EMBEDDING}
    return {"kind": "Constellation", "name": "team", "defaults": defaults, "agents": agents, **more}


def settled(project: Project) -> None:
    """Neither plan nor drift has anything to say."""
    project.assert_settled()
    assert not drift(project)["statistics"]
