"""Settings, rules and handles of agents, as the real server takes them."""

from __future__ import annotations

import json
import urllib.error
from typing import Any

import pytest

from tests.live.fleet import EMBEDDING, MODEL
from tests.live.project import Project
from tests.live.raw import RawServer

AGENT = "team/ada/agent/helper"
NOT_KEPT = {"provider_type": "anthropic", "effort": "max", "temperature": 0.25}


def declare(project: Project, **fields: Any) -> None:
    helper = {"model": MODEL, "embedding": EMBEDDING, "system": "be kind", **fields}
    team = {"kind": "Constellation", "name": "team", "agents": {"helper": helper}}
    users = {"kind": "Users", "constellation": "team", "users": [{"id": "ada"}]}
    project.write("team.yaml", team, users)


def test_what_the_server_does_not_keep_is_said_once(project: Project, server: RawServer) -> None:
    declare(project, model_settings=NOT_KEPT)
    result = project.run("apply", project.root, "--yes", "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["not_kept"] == [{"address": AGENT, "paths": ["model_settings.effort"]}]
    plan = project.plan()
    assert (plan["changes"], plan["drift"]) == ([], [])
    assert [each["summary"] for each in plan["diagnostics"]] == [
        "the server does not keep model_settings.effort"
    ]
    assert project.apply()["requests"]["writes"] == 0
    project.cache.unlink()
    assert project.plan()["changes"] == [], "it stands in the record, so that every machine knows"


@pytest.mark.parametrize("field", ["model", "embedding"])
def test_a_wrong_handle_is_an_error_before_anything_is_written(
    project: Project, server: RawServer, field: str
) -> None:
    declare(project, **{field: "openai-proxy/gpt-4o-mni"})
    result = project.run("apply", project.root, "--yes")
    assert result.exit_code == 1
    assert f"the server offers no {field} 'openai-proxy/gpt-4o-mni'" in result.output
    assert server.call("GET", "/v1/agents/") == []
    assert server.call("GET", "/v1/blocks/?show_hidden_blocks=true") == []


@pytest.mark.parametrize(
    "rule",
    [
        {"type": "max_count_per_step", "tool_name": "memory_insert"},
        {"type": "max_count_per_step", "tool_name": "memory_insert", "max_count_limit": 2, "limit": 2},
        {"type": "run_frist", "tool_name": "memory_insert"},
        {"type": "conditional", "tool_name": "memory_insert", "child_output_mapping": {}},
    ],
    ids=str,
)
def test_a_rule_the_server_refuses_is_refused_offline(
    project: Project, server: RawServer, rule: dict[str, Any]
) -> None:
    body = {"name": "a", "model": MODEL, "embedding": EMBEDDING, "tool_rules": [rule]}
    with pytest.raises(urllib.error.HTTPError, match="422"):
        server.call("POST", "/v1/agents/", body)
    declare(project, tools=["memory_insert"], tool_rules=[rule])
    assert project.run("validate", project.root).exit_code == 1


def test_a_misspelt_setting_the_server_drops_is_refused_offline(project: Project, server: RawServer) -> None:
    settings = {"provider_type": "openai", "temprature": 2}
    body = {"name": "a", "model": MODEL, "embedding": EMBEDDING, "model_settings": settings}
    assert "temprature" not in server.call("POST", "/v1/agents/", body)["model_settings"]
    declare(project, model_settings={"temprature": 2})
    result = project.run("validate", project.root)
    assert result.exit_code == 1
    assert "did you mean 'temperature'?" in result.output
