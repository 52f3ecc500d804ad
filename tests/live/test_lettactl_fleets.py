"""A converted lettactl fleet validates, applies to the real server, and then plans empty."""

from __future__ import annotations

from pathlib import Path

from tests.adopt.fleets import fleet
from tests.live.project import Project
from tests.live.raw import RawServer


def test_a_converted_fleet_applies_and_plans_empty(letta_url: str, tmp_path: Path, server: RawServer) -> None:
    secrets = {"FLEET_TEAM_TOKEN": "t", "FLEET_API_KEY": "k"}
    project = Project(tmp_path / "out", letta_url, tmp_path / "cache.db", secrets)
    converted = project.run("adopt", "--from-lettactl", str(fleet(tmp_path)), "-o", str(project.root))
    assert converted.exit_code == 0, converted.output
    validated = project.run("validate", str(project.root))
    assert validated.exit_code == 0, validated.output

    project.apply()

    project.assert_settled()
    agent = server.agent("support-agent")
    assert agent["system"] == "You have memory.\n\nYou answer.\n\nYou ask back."
    assert {block["label"] for block in agent["blocks"]} == {"persona", "policy", "house_rules", "guidelines"}
    assert {source["name"] for source in agent["sources"]} == {"handbook", "cases"}
    assert "open_case" in {tool["name"] for tool in agent["tools"]}


def test_what_lettactl_deployed_is_taken_over_by_name(
    letta_url: str, tmp_path: Path, server: RawServer
) -> None:
    model = {"model": "openai-proxy/gpt-4o-mini", "embedding": "openai/text-embedding-3-small"}
    mark = {"lettactl.lastApplied": "{}"}
    for name in ("support-agent", "quiet_agent"):
        body = {"name": name, **model, "metadata": mark, "include_base_tools": False}
        blocks = [{"label": "persona", "value": "I learned a lot"}] if name == "support-agent" else []
        server.call("POST", "/v1/agents/", {**body, "memory_blocks": blocks})
    secrets = {"FLEET_TEAM_TOKEN": "t", "FLEET_API_KEY": "k"}
    project = Project(tmp_path / "out", letta_url, tmp_path / "cache.db", secrets)
    project.run("adopt", "--from-lettactl", str(fleet(tmp_path)), "-o", str(project.root))

    adopt = ("adopt", "--match-names", "--manifests", str(project.root), "--yes")
    refused = project.run(*adopt)
    taken = project.run(*adopt, "--take-over")

    assert refused.exit_code == 4
    assert "lettactl" in refused.output
    assert taken.exit_code == 0, taken.output
    project.apply("--force")
    assert not project.plan()["changes"]
    assert server.block("persona")["value"] == "I learned a lot"
    assert len(server.list("agents")) == 2
