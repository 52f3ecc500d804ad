"""What is let go stays on the real server to the letter, only without our marker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.live import fleet
from tests.live.examples import example
from tests.live.project import Project
from tests.live.raw import RawServer


@pytest.fixture
def made(project: Project, server: RawServer) -> fleet.Fleet:
    """A fleet nobody manages, and manifests that declare it."""
    (project.root / "add.py").write_text(fleet.ADD, encoding="utf-8")
    project.write("fleet.yaml", *fleet.manifests())
    return fleet.make(server)


def forget(project: Project, *arguments: str) -> None:
    result = project.run("state", "forget", *arguments, "--manifests", str(project.root), "--yes")
    assert result.exit_code == 0, result.output


def cached(project: Project) -> list[str]:
    listed = project.run("state", "list", "--json", "--manifests", str(project.root))
    return [each["address"] for each in json.loads(listed.stdout)["resources"]]


def test_adopting_and_forgetting_leaves_everything_as_it_was(
    project: Project, server: RawServer, made: fleet.Fleet
) -> None:
    before, tools = fleet.as_it_is(server), server.custom_tools()
    adopted = project.run("adopt", "--match-names", "--yes", "--manifests", str(project.root))
    assert adopted.exit_code == 0, adopted.output
    assert fleet.as_it_is(server) != before

    forget(project, "shared")

    assert fleet.as_it_is(server) == before
    assert server.custom_tools() == tools
    assert cached(project) == []


def test_what_was_applied_and_forgotten_differs_in_its_marks_only(letta_url: str, tmp_path: Path) -> None:
    support, server = example("support", letta_url, tmp_path), RawServer(letta_url)
    support.apply()
    applied = fleet.without_marks(server)

    forget(support, "shared", "support/*")

    assert fleet.without_marks(server) == fleet.as_it_is(server)
    plain = {
        key: {
            i: {**item, "tags": [t for t in item["tags"] if not t.startswith(("user:", "constellation:"))]}
            for i, item in items.items()
        }
        for key, items in applied.items()
    }
    assert fleet.without_marks(server) == plain


def test_one_user_is_let_go_and_the_others_stay_ours(letta_url: str, tmp_path: Path) -> None:
    support = example("support", letta_url, tmp_path)
    support.apply()

    forget(support, "support/acme")

    assert not [address for address in cached(support) if address.startswith("support/acme/")]
    plan = support.run("plan", str(support.root), "--json")
    document = json.loads(plan.stdout)
    assert {change["action"] for change in document["changes"]} == {"create"}
    assert all(change["address"].startswith("support/acme/") for change in document["changes"])


@pytest.mark.parametrize("name", ["pattern", "support"])
def test_what_was_forgotten_is_taken_back_by_name(letta_url: str, tmp_path: Path, name: str) -> None:
    original = example(name, letta_url, tmp_path)
    original.apply()
    ids = original.plan()["ids"]
    forget(original, f"{name}/*", *(["shared"] if name == "support" else []))

    adopted = original.run("adopt", "--match-names", "--yes", "--manifests", str(original.root))

    assert adopted.exit_code == 0, adopted.output
    assert original.plan()["ids"] == ids
    original.assert_settled()


def test_a_copied_marker_is_taken_off_both(project: Project, server: RawServer, made: fleet.Fleet) -> None:
    project.run("adopt", "shared/block/state", made["state"], "--yes", "--manifests", str(project.root))
    tags = server.block("state")["tags"]
    copy = fleet.block(server, "state", "copied", tags=tags)

    forget(project, "shared/block/state")

    blocks = {each["id"]: each["tags"] for each in server.list("blocks")}
    assert blocks[made["state"]] == ["live"]
    assert blocks[copy] == ["live"]


def test_a_selector_that_chooses_nothing_is_an_error(project: Project) -> None:
    result = project.run("state", "forget", "shared/agent/nobody", "--manifests", str(project.root), "--yes")

    assert result.exit_code == 1
    assert "'shared/agent/nobody' chooses nothing" in result.output


def test_nothing_is_forgotten_unless_somebody_says_yes(
    project: Project, server: RawServer, made: fleet.Fleet
) -> None:
    project.run("adopt", "shared/agent/helper", made["helper"], "--yes", "--manifests", str(project.root))
    before = server.everything()

    result = project.run("state", "forget", "shared", "--manifests", str(project.root))

    assert result.exit_code == 4
    assert server.everything() == before


def test_the_tags_an_app_knows_its_agents_by_outlive_us(project: Project, server: RawServer) -> None:
    project.write(
        "team.yaml",
        {
            "kind": "Constellation",
            "name": "team",
            "agents": {"coach": {"model": fleet.MODEL, "embedding": fleet.EMBEDDING, "name": "coach"}},
        },
        {"kind": "Users", "constellation": "team", "users": [{"id": "42"}]},
    )
    fleet.agent(server, "coach", tags=["user:42", "vip"])
    before = fleet.as_it_is(server)
    adopted = project.run("adopt", "--match-names", "--yes", "--manifests", str(project.root))
    assert adopted.exit_code == 0, adopted.output
    project.apply("--force")
    project.assert_settled()

    forget(project, "team/42")

    assert fleet.as_it_is(server) == before


def test_what_is_still_declared_is_said_and_offered_back_instead_of_made_twice_unsaid(
    letta_url: str, tmp_path: Path
) -> None:
    support, server = example("support", letta_url, tmp_path), RawServer(letta_url)
    support.apply()
    agents = {agent["name"]: agent["id"] for agent in server.list("agents")}
    selector = "support/acme/agent/*"

    result = support.run("state", "forget", selector, "--manifests", str(support.root), "--yes")
    assert result.exit_code == 0, result.output
    assert "still declared" in result.output

    document = json.loads(support.run("plan", str(support.root), "--json").stdout)
    offered = {each["address"]: each["hint"] for each in document["diagnostics"]}
    created = [
        each for each in document["changes"] if "/agent/" in each["address"] and each["server_name"] in agents
    ]
    assert created
    for each in created:
        assert f"reconciler adopt {each['address']} {agents[each['server_name']]}" in offered[each["address"]]
    groups = [each for each in document["changes"] if "/group/" in each["address"]]
    for each in created[:1]:
        adopt = offered[each["address"]].partition("reconciler ")[2].split()
        back = support.run(*adopt, "--manifests", str(support.root), "--yes")
        assert back.exit_code == 0, back.output
    again = json.loads(support.run("plan", str(support.root), "--json").stdout)
    assert created[0]["address"] not in [c["address"] for c in again["changes"] if c["action"] == "create"]
    assert groups or not server.list("groups")


def test_a_name_nobody_has_is_not_warned_of(letta_url: str, tmp_path: Path) -> None:
    support = example("support", letta_url, tmp_path)
    assert not json.loads(support.run("plan", str(support.root), "--json").stdout)["diagnostics"]
