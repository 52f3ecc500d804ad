"""What exists on the real server is taken into a project as it is, and only what was meant."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.live import fleet
from tests.live.project import Project, changed_paths
from tests.live.raw import RawServer


@pytest.fixture
def made(project: Project, server: RawServer) -> fleet.Fleet:
    """A fleet nobody manages, and manifests that declare it."""
    (project.root / "add.py").write_text(fleet.ADD, encoding="utf-8")
    project.write("fleet.yaml", *fleet.manifests())
    return fleet.make(server)


def adopt(project: Project, *arguments: str) -> Any:
    return project.run("adopt", *arguments, "--manifests", str(project.root))


def ours(project: Project, *options: str) -> dict[str, str]:
    """Address to server id of what carries the project's marker, read anew."""
    options = (*options, "--manifests", str(project.root))
    assert project.run("state", "rebuild", *options).exit_code == 0
    listed = json.loads(project.run("state", "list", "--json", *options).stdout)
    return {each["address"]: each["id"] for each in listed["resources"]}


def values(server: RawServer) -> dict[str, str]:
    return {block["id"]: block["value"] for block in server.list("blocks")}


def test_a_whole_fleet_is_adopted_by_name_and_keeps_its_memory(
    project: Project, server: RawServer, made: fleet.Fleet
) -> None:
    before = values(server)

    result = adopt(project, "--match-names", "--yes")

    assert result.exit_code == 0, result.output
    plan = project.plan()
    assert plan["ids"] == {address: made[name] for name, address in fleet.ADDRESSES.items()}
    assert changed_paths(plan) == {"shared/agent/critic": ["system"]}
    project.apply("--force")
    assert not project.plan()["changes"]
    assert values(server) == before


def test_a_dry_run_shows_what_follows_and_writes_nothing(
    project: Project, server: RawServer, made: fleet.Fleet
) -> None:
    before = server.everything()

    result = adopt(project, "--match-names", "--dry-run", "--json")

    assert result.exit_code == 0, result.output
    shown = json.loads(result.stdout)
    assert {change["id"] for change in shown["adopt"]["changes"]} == set(made.ids.values())
    assert {change["action"] for change in shown["adopt"]["changes"]} == {"adopt"}
    assert changed_paths(shown["then"]) == {"shared/agent/critic": ["system"]}
    assert {finding["field"]["path"] for finding in shown["then"]["learned"]} == {"value"}
    assert server.everything() == before


def test_nothing_is_adopted_unless_somebody_says_yes(
    project: Project, server: RawServer, made: fleet.Fleet
) -> None:
    before = server.everything()

    result = adopt(project, "--match-names")

    assert result.exit_code == 4
    assert "An apply would then do this" in result.output
    assert server.everything() == before


@pytest.mark.parametrize("name", ["tool", "source", "state", "helper", "group"])
def test_one_of_each_kind_is_adopted_by_its_id(
    project: Project, server: RawServer, made: fleet.Fleet, name: str
) -> None:
    before = fleet.without_marks(server)

    result = adopt(project, fleet.ADDRESSES[name], made[name], "--yes")

    assert result.exit_code == 0, result.output
    assert ours(project)[fleet.ADDRESSES[name]] == made[name]
    assert fleet.without_marks(server) == before


def test_an_agent_brings_its_private_blocks_along(project: Project, made: fleet.Fleet) -> None:
    adopt(project, "shared/agent/helper", made["helper"], "--yes")

    assert ours(project) == {fleet.ADDRESSES[name]: made[name] for name in ("helper", "helper persona")}


def test_a_private_block_is_adopted_by_its_id(project: Project, made: fleet.Fleet) -> None:
    adopt(project, "--match-names", "--yes")
    address = fleet.ADDRESSES["critic persona"]
    assert project.run("state", "forget", address, "--manifests", str(project.root), "--yes").exit_code == 0

    result = adopt(project, address, made["critic persona"], "--yes")

    assert result.exit_code == 0, result.output
    assert ours(project)[address] == made["critic persona"]


def test_a_block_that_would_be_swapped_is_told_beforehand(project: Project, made: fleet.Fleet) -> None:
    result = adopt(project, "shared/agent/helper", made["helper"], "--dry-run")

    assert f"reconciler adopt shared/block/state {made['state']}" in result.output


def test_two_of_one_name_are_listed_and_neither_is_taken(
    project: Project, server: RawServer, made: fleet.Fleet
) -> None:
    twin = fleet.agent(server, "helper")["id"]

    result = adopt(project, "--match-names", "--yes")

    assert result.exit_code == 1
    assert made["helper"] in result.output
    assert twin in result.output
    assert not ours(project)
    assert adopt(project, "shared/agent/helper", made["helper"], "--yes").exit_code == 0


def test_the_rest_is_adopted_when_the_unclear_is_left_out(
    project: Project, server: RawServer, made: fleet.Fleet
) -> None:
    fleet.agent(server, "helper")

    result = adopt(project, "--match-names", "--exclude", "shared/agent/helper", "--yes")

    assert result.exit_code == 0, result.output
    assert ours(project)["shared/agent/critic"] == made["critic"]


def test_what_another_project_marked_is_refused_unless_taken_over(
    project: Project, made: fleet.Fleet
) -> None:
    adopt(project, "--match-names", "--project", "others", "--yes")

    for arguments in (["--match-names"], ["shared/agent/helper", made["helper"]]):
        refused = adopt(project, *arguments, "--yes")
        assert refused.exit_code == 4
        assert "project 'others'" in refused.output

    taken = adopt(project, "--match-names", "--take-over", "--yes")
    assert taken.exit_code == 0, taken.output
    assert len(ours(project)) == len(fleet.ADDRESSES)
    assert not ours(project, "--project", "others")


@pytest.mark.parametrize(
    "mark", [{"tags": ["managed-by:terraform"]}, {"metadata": {"lettactl.lastApplied": "{}"}}]
)
def test_what_another_tool_marked_is_refused(
    project: Project, server: RawServer, made: fleet.Fleet, mark: dict[str, Any]
) -> None:
    server.call("PATCH", f"/v1/agents/{made['helper']}", mark)

    refused = adopt(project, "shared/agent/helper", made["helper"], "--yes")

    assert refused.exit_code == 4
    taken = adopt(project, "shared/agent/helper", made["helper"], "--take-over", "--yes")
    assert taken.exit_code == 0, taken.output
    assert all(tag in taken.output for tag in mark.get("tags", ())), "what is taken off is shown"


@pytest.mark.parametrize(
    ("address", "name", "said"),
    [
        ("shared/agent/nobody", "helper", "not declared"),
        ("shared/agent/helper", "state", "is a block"),
        ("shared/agent/critic", "helper", "is shared/agent/helper of this project already"),
        ("shared/agent/helper", "critic", "is another resource already"),
    ],
)
def test_an_id_that_cannot_be_the_address_is_refused(
    project: Project, made: fleet.Fleet, address: str, name: str, said: str
) -> None:
    adopt(project, "shared/agent/helper", made["helper"], "--yes")

    result = adopt(project, address, made[name], "--yes")

    assert result.exit_code in (1, 4)
    assert said in result.output
