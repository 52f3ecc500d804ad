"""What agents learned on the real server becomes a change to the manifests, and then is what is declared."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.live import fleet
from tests.live.project import Project
from tests.live.raw import RawServer

LONG = "\n".join(f"line {number}: ${{{{ not.an.expression }}}}" for number in range(9)) + "\n"

TEAM = """\
apiVersion: reconciler/v1
kind: Constellation
name: team
defaults: {model: openai-proxy/gpt-4o-mini, embedding: openai/text-embedding-3-small}
blocks:
  # how it goes
  state:
    limit: 900
    value: |
      calm
      so far
    description: How it goes   # stays as it is
  flow: {value: "short", limit: 900}
agents:
  helper:
    tags: [live]
    tools: [memory_insert]
    ownership: {tools: seeded}
    memory_blocks:
      persona: {value: {file: persona.md}, limit: 900}
    shared_blocks: [state, flow]
---
apiVersion: reconciler/v1
kind: Users
constellation: team
from: {file: users.csv}
"""


@pytest.fixture
def team(project: Project) -> Project:
    """A set for each of two users of a table, applied."""
    (project.root / "team.yaml").write_text(TEAM, encoding="utf-8")
    (project.root / "users.csv").write_text("id\nada\nben\n", encoding="utf-8")
    (project.root / "persona.md").write_text("I am kind.\nI listen.\n", encoding="utf-8")
    project.apply()
    return project


def learn(project: Project, server: RawServer, address: str, value: str) -> None:
    server.call("PATCH", f"/v1/blocks/{project.plan()['ids'][address]}", {"value": value})


def export(project: Project, *arguments: str) -> str:
    result = project.run("export", "--learned", "--manifests", str(project.root), *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def settled(document: dict[str, Any]) -> set[str]:
    """Addresses of a plan without changes that only has to note what counts as applied."""
    assert document["changes"] == []
    return {address for each in document["sets"] for address in each.get("noted", {})}


@pytest.mark.parametrize("value", ["one line", LONG, "trailing blank \nand: ${{ odd", "yes"])
def test_learned_values_become_overrides_that_converge(team: Project, server: RawServer, value: str) -> None:
    addresses = ["team/ada/block/state", "team/ada/agent/helper/block/persona"]
    for address in addresses:
        learn(team, server, address, value)

    export(team, "-o", str(team.root / "learned.yaml"))

    assert settled(team.plan()) == set(addresses)
    team.apply("--force")
    team.assert_settled()
    assert {b["value"] for b in server.list("blocks") if b["label"] == "state"} == {value, "calm\nso far\n"}


def test_extra_tags_and_tools_become_overrides_that_converge(team: Project, server: RawServer) -> None:
    agent = server.agent("team_ada_helper")
    server.call("PATCH", f"/v1/agents/{agent['id']}", {"tags": [*agent["tags"], "vip"]})
    tool = next(each for each in server.list("tools") if each["name"] == "memory_replace")
    server.call("PATCH", f"/v1/agents/{agent['id']}/tools/attach/{tool['id']}")

    export(team, "-o", str(team.root / "learned.yaml"))

    assert settled(team.plan()) == {"team/ada/agent/helper"}
    team.apply("--force")
    team.assert_settled()


def test_a_block_an_agent_made_is_declared_and_can_be_adopted(team: Project, server: RawServer) -> None:
    agent = server.agent("team_ada_helper")
    own = fleet.block(server, "ideas", "mine alone", description="What came to my mind")
    server.call("PATCH", f"/v1/agents/{agent['id']}/core-memory/blocks/attach/{own}")

    result = team.run(
        "export", "--learned", "--manifests", str(team.root), "-o", str(team.root / "more.yaml")
    )

    address = "team/ada/agent/helper/block/ideas"
    assert f"reconciler adopt {address} {own}" in result.output
    adopted = team.run("adopt", address, own, "--yes", "--manifests", str(team.root))
    assert adopted.exit_code == 0, adopted.output
    assert team.plan()["ids"][address] == own
    team.apply("--force")
    team.assert_settled()
    assert server.block("ideas")["id"] == own


def test_only_the_asked_user_is_written(team: Project, server: RawServer) -> None:
    for user in ("ada", "ben"):
        learn(team, server, f"team/{user}/block/state", f"{user} knows")

    text = export(team, "--user", "ben")

    assert "ben knows" in text
    assert "ada" not in text


@pytest.mark.parametrize("value", ["one line", LONG, "trailing blank \nand: ${{ odd"])
@pytest.mark.parametrize("name", ["block/state", "block/flow", "agent/helper/block/persona"])
def test_what_all_learned_alike_becomes_a_patch_that_converges(
    team: Project, server: RawServer, name: str, value: str, tmp_path: Path
) -> None:
    for user in ("ada", "ben"):
        learn(team, server, f"team/{user}/{name}", value)
    before = (team.root / "team.yaml").read_text(encoding="utf-8")

    export(team, "--as", "template", "-o", str(tmp_path / "learned.patch"))
    subprocess.run(["git", "apply", "--verbose", str(tmp_path / "learned.patch")], cwd=team.root, check=True)

    assert settled(team.plan()) == {f"team/{user}/{name}" for user in ("ada", "ben")}
    team.apply("--force")
    team.assert_settled()
    if name == "block/state":
        kept = [line for line in before.splitlines() if "#" in line]
        after = (team.root / "team.yaml").read_text(encoding="utf-8").splitlines()
        assert [line for line in after if "# " in line] == kept


def test_what_few_learned_stays_theirs(team: Project, server: RawServer) -> None:
    learn(team, server, "team/ada/block/state", "only ada")

    result = team.run("export", "--learned", "--as", "template", "--manifests", str(team.root))

    assert result.exit_code == 0
    assert result.stdout == ""
    assert "1 of 2 learned the same text" in result.stderr
    assert "only ada" in export(team, "--as", "template", "--share", "50")


def test_a_value_that_outgrew_its_limit_is_told_not_written(team: Project, server: RawServer) -> None:
    learn(team, server, "team/ada/block/state", "x" * 901)

    result = team.run("export", "--learned", "--manifests", str(team.root))

    assert result.exit_code == 0
    assert "901 characters, the limit is 900" in result.output
    assert "xxx" not in result.stdout


def test_an_existing_file_is_left_alone(team: Project, server: RawServer) -> None:
    learn(team, server, "team/ada/block/state", "news")
    (team.root / "mine.yaml").write_text("# mine\n", encoding="utf-8")

    result = team.run(
        "export", "--learned", "--manifests", str(team.root), "-o", str(team.root / "mine.yaml")
    )

    assert result.exit_code == 1
    assert (team.root / "mine.yaml").read_text(encoding="utf-8") == "# mine\n"


def test_exporting_what_was_learned_writes_nothing_to_the_server(team: Project, server: RawServer) -> None:
    learn(team, server, "team/ada/block/state", "news")
    before = json.dumps(server.everything(), sort_keys=True)

    export(team)
    export(team, "--as", "template")

    assert json.dumps(server.everything(), sort_keys=True) == before
