"""What users of Letta and of other reconcilers reported as bugs, done to this one.

Each test says whose report it is. Nothing that was learned may be lost, nothing of others touched,
nothing made a second time, and nothing that was not done may end with status 0.
"""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest

from tests.live import fleet
from tests.live.drifting import agent, settled, team, users
from tests.live.project import Project
from tests.live.raw import RawServer

pytestmark = pytest.mark.server
HELPER = "team_ada_helper"
ADDRESS = "team/ada/agent/helper"
TABLE = {"kind": "Users", "constellation": "team", "from": {"file": "users.csv"}}


def another(project: Project, name: str) -> Project:
    """A second project on the same server, with manifests and a cache of its own."""
    root = project.root.parent / name
    root.mkdir()
    made = Project(root, project.url, root / "cache.db")
    made.write("project.yaml", {"kind": "Project", "name": name})
    return made


def declare(project: Project, *ids: str, **agents: dict[str, Any]) -> None:
    """A constellation of these agents, or of one helper."""
    project.write("team.yaml", team(agents or {"helper": agent()}), users(*ids))


def refused(project: Project) -> list[str]:
    """Addresses of which the plan says that nothing is done."""
    planned = project.run("plan", str(project.root), "--json")
    assert planned.exit_code == 4, planned.output
    said = json.loads(planned.stdout)["diagnostics"]
    return [each["address"] for each in said if each["severity"] == "refused"]


def warnings(project: Project) -> list[str]:
    """What the plan warns of."""
    return [each["summary"] for each in project.plan()["diagnostics"]]


def the_block(server: RawServer, name: str, label: str) -> dict[str, Any]:
    """A block on an agent."""
    (found,) = (each for each in server.agent(name)["blocks"] if each["label"] == label)
    return dict(found)


def test_two_projects_do_not_fight_for_an_agent_that_changed_hands(
    project: Project, server: RawServer
) -> None:
    """Argo CD 7156: of two applications with one resource the last one to sync wins, each time."""
    other = another(project, "other")
    for each in (project, other):
        declare(each)
    project.apply()
    theirs = server.agent(HELPER)
    adopt = ("adopt", ADDRESS, theirs["id"], "--yes", "--manifests", str(other.root))

    assert other.run(*adopt).exit_code == 4
    assert server.agent(HELPER) == theirs
    assert other.run(*adopt, "--take-over").exit_code == 0
    other.apply()
    handed_over = server.agent(HELPER)

    assert refused(project) == [ADDRESS, f"{ADDRESS}/block/persona"]
    assert project.run("apply", str(project.root), "--yes").exit_code == 4
    assert project.run("destroy", "team/ada", "--yes", "--manifests", str(project.root)).exit_code == 4
    assert server.agent(HELPER) == handed_over
    assert len(server.list("agents")) == 1
    settled(other)


def test_projects_whose_names_begin_alike_end_only_their_own(project: Project, server: RawServer) -> None:
    """kubectl 572: what is pruned is chosen by labels, and took along what others had labelled alike."""
    declare(project)
    project.apply()
    before = server.agent(HELPER)
    for name in ("dem", "demo-2", "Demo"):
        other = another(project, name)
        declare(other)
        other.apply()
        ended = other.run("destroy", "team/*", "--yes", "--manifests", str(other.root))
        assert ended.exit_code == 0, ended.output
    assert server.agent(HELPER) == before
    settled(project)


def test_names_that_are_alike_once_they_are_joined_stay_apart(project: Project, server: RawServer) -> None:
    """Argo CD 8811: user-service + web and user + service-web became one object, and the later one won."""
    agents = {name: agent(sources=["x", "b_x"]) for name in ("c", "b_c")}
    project.write("team.yaml", team(agents, sources={"x": {}, "b_x": {}}), users("a", "a_b", "a_b_b"))
    project.apply()
    for kind in ("agents", "folders"):
        assert len({each["name"] for each in server.list(kind)}) == 6
    settled(project)


def test_one_agent_is_not_adopted_at_two_addresses(project: Project, server: RawServer) -> None:
    """Terraform 33190: one id imported to two addresses leads only to sadness."""
    declare(project, "ada", "bob")
    project.apply("--user", "ada")
    before = server.agent(HELPER)
    adopted = project.run(
        "adopt", "team/bob/agent/helper", before["id"], "--yes", "--manifests", str(project.root)
    )
    assert adopted.exit_code == 4
    assert f"is {ADDRESS} of this project already" in adopted.output
    assert server.agent(HELPER) == before


def test_sources_take_the_names_of_others_only_where_these_give_way(
    project: Project, server: RawServer
) -> None:
    """Google provider 9325, Aiven provider 779: an update fails with 409, and fails again at every apply."""

    def declare_sources(**named: str) -> None:
        sources = {key: {"name": name} for key, name in named.items()}
        project.write("team.yaml", team({"helper": agent(sources=[*sources])}, sources=sources), users())

    def names() -> dict[str, str]:
        return {each["id"]: each["name"] for each in server.list("folders")}

    declare_sources(x="red", y="blue", z="green")
    project.apply()
    before = names()
    by_name = {name: key for key, name in before.items()}

    declare_sources(x="blue", y="red", z="green")
    swapped = project.run("apply", str(project.root), "--yes")
    assert swapped.exit_code == 1
    assert "2 sources take each other's names" in swapped.output
    assert names() == before

    declare_sources(x="blue", y="green", z="grey")
    project.apply()
    assert names() == {by_name["red"]: "blue", by_name["blue"]: "green", by_name["green"]: "grey"}
    settled(project)

    server.call("POST", "/v1/folders/", {"name": "taken", "embedding": fleet.EMBEDDING})
    declare_sources(x="taken", y="green", z="grey")
    assert "the server has a source called 'taken'" in project.run("plan", str(project.root)).output


@pytest.mark.parametrize("table", ["id,nick\n", "", "id,nick\nada,A\nbo", "id,nick\nada,A\nbob,"])
def test_a_table_that_was_cut_off_ends_nobody(project: Project, server: RawServer, table: str) -> None:
    """kDrive desktop 271: of a table only the header arrived, and everything that was missing was deleted."""
    template = {**team({"helper": agent()}), "parameters": {"nick": {"type": "string"}}}
    project.write("team.yaml", template, TABLE)
    csv = project.root / "users.csv"
    csv.write_text("id,nick\nada,A\nbob,B\ncyd,C\n", encoding="utf-8")
    project.apply()
    before = server.everything()

    csv.write_text(table, encoding="utf-8")
    pruned = project.run("apply", str(project.root), "--yes", "--prune")

    assert pruned.exit_code == (4 if table == "id,nick\n" else 1), pruned.output
    assert server.everything() == before


def test_an_address_in_other_letters_is_asked_about_before_memory_stays_behind(
    project: Project, server: RawServer
) -> None:
    """Adobe user-sync 471: Ada@example.com is another user than ada@example.com for one side alone."""
    project.write("team.yaml", team({"helper": agent()}), TABLE)
    csv = project.root / "users.csv"
    csv.write_text("id\nada@example.com\n", encoding="utf-8")
    project.apply()

    csv.write_text("id\nAda@Example.com\n", encoding="utf-8")
    (said,) = project.plan()["diagnostics"]
    assert "{from: user/ada@example.com, to: user/Ada@Example.com}" in said["hint"]

    csv.write_text("id\nada@example.com\nAda@Example.com\n", encoding="utf-8")
    assert "look like one" in project.run("validate", str(project.root)).output


def test_an_old_cache_brings_nothing_back(project: Project, server: RawServer) -> None:
    """kitchen-terraform 102, Terraform 14751: with a state of yesterday everything was made once more."""
    template = team({"helper": agent("state")}, blocks={"state": {"value": "calm"}})
    project.write("team.yaml", template, users("ada", "bob"))
    project.apply()
    old = shutil.copy(project.cache, project.root.parent / "old.db")
    project.run("destroy", "team/ada", "--yes", "--manifests", str(project.root))
    project.apply()
    server.call("PATCH", f"/v1/blocks/{the_block(server, HELPER, 'state')['id']}", {"value": "learned"})
    before = server.everything()

    for each in project.cache.parent.glob(f"{project.cache.name}*"):
        each.unlink()
    shutil.copy(old, project.cache)

    assert not project.apply()["results"]
    assert server.everything() == before


def test_an_agent_that_was_made_again_by_hand_is_offered_and_not_passed_over(
    project: Project, server: RawServer
) -> None:
    """lettabot 658, 431: an agent that was not found was made anew, and the one people talked to was lost."""
    declare(project)
    project.apply()
    persona = the_block(server, HELPER, "persona")
    server.call("DELETE", f"/v1/agents/{server.agent(HELPER)['id']}")
    by_hand = fleet.agent(server, HELPER, block_ids=[persona["id"]])

    assert refused(project) == [ADDRESS]
    assert project.run("apply", str(project.root), "--yes").exit_code == 4
    assert [each["id"] for each in server.list("agents")] == [by_hand["id"]]
    adopt = ("adopt", ADDRESS, by_hand["id"], "--yes", "--manifests", str(project.root))
    assert project.run(*adopt).exit_code == 0
    project.apply()

    assert [each["id"] for each in server.list("agents")] == [by_hand["id"]]
    assert the_block(server, HELPER, "persona")["id"] == persona["id"]
    assert not project.plan()["changes"]


@pytest.mark.parametrize("memory", ["cache", "record", "nothing"])
def test_an_agent_of_somebody_else_does_not_become_ours_by_one_of_our_blocks(
    project: Project, server: RawServer, memory: str
) -> None:
    """Avi provider 358: what somebody else made is taken for what is missing, and written over unasked."""
    declare(project)
    project.apply()
    persona = the_block(server, HELPER, "persona")["id"]
    fleet.agent(server, "reader", system="read along", block_ids=[persona], tags=["theirs"])
    server.call("DELETE", f"/v1/agents/{server.agent(HELPER)['id']}")
    if memory != "cache":
        project.cache.unlink()
    for record in server.records() if memory == "nothing" else ():
        server.call("DELETE", f"/v1/blocks/{record['id']}")
    before = server.agent("reader")

    assert refused(project) == [ADDRESS]
    assert project.run("apply", str(project.root), "--yes").exit_code == 4
    assert server.agent("reader") == before

    server.call("PATCH", f"/v1/agents/{before['id']}/core-memory/blocks/detach/{persona}")
    project.apply()
    assert the_block(server, HELPER, "persona")["id"] == persona
    settled(project)


def test_a_renamed_function_is_no_moved_tool(project: Project, server: RawServer) -> None:
    """Artifactory provider 944: the plan shows a rename that the server does not know; apply always fails."""

    def declare_tool(name: str, **more: Any) -> None:
        (project.root / "tool.py").write_text(fleet.ADD.replace("add", name), encoding="utf-8")
        shared = {"kind": "Shared", "tools": {name: {"file": "tool.py"}}, **more}
        project.write("team.yaml", team({"helper": agent(tools=[f"shared/{name}"])}), users(), shared)

    declare_tool("add")
    project.apply()

    declare_tool("plus", moved=[{"from": "tool/add", "to": "tool/plus"}])
    assert "a tool cannot be moved" in project.run("validate", str(project.root)).output
    declare_tool("plus")
    project.apply("--prune")

    assert [each["name"] for each in server.custom_tools()] == ["plus"]
    assert [each["name"] for each in server.agent(HELPER)["tools"]] == ["plus"]
    settled(project)


def test_a_block_an_app_put_in_the_place_of_a_deleted_one_does_not_become_ours(
    project: Project, server: RawServer
) -> None:
    """Avi provider 358, with a block: what took the place of a deleted one belongs to an app."""
    agents = {name: agent("state") for name in ("helper", "writer")}
    project.write("team.yaml", team(agents, blocks={"state": {"value": "calm"}}), users())
    project.apply()
    server.call("DELETE", f"/v1/blocks/{the_block(server, HELPER, 'state')['id']}")
    theirs = server.call("POST", "/v1/blocks/", {"label": "state", "value": "of the app"})
    for each in (HELPER, fleet.agent(server, "their own")["name"]):
        agent_id = server.agent(each)["id"]
        server.call("PATCH", f"/v1/agents/{agent_id}/core-memory/blocks/attach/{theirs['id']}")
    before = server.everything()

    assert "team/ada/block/state" in refused(project)
    applied = project.run("apply", str(project.root), "--yes")

    assert applied.exit_code == 4
    assert f"reconciler adopt team/ada/block/state {theirs['id']}" in applied.output
    assert server.everything()["blocks"] == before["blocks"]


def test_a_private_block_that_becomes_shared_takes_its_memory_along(
    project: Project, server: RawServer
) -> None:
    """Google provider 11718: what moves into another module is destroyed and made again."""
    declare(project, helper=agent(memory_blocks={"prefs": {"value": "seed"}}), writer=agent())
    project.apply()
    prefs = the_block(server, HELPER, "prefs")
    server.call("PATCH", f"/v1/blocks/{prefs['id']}", {"value": "learned"})

    agents = {"helper": agent("prefs", memory_blocks={}), "writer": agent("prefs")}
    shared = {"blocks": {"prefs": {"value": "seed"}}}
    project.write("team.yaml", team(agents, **shared), users())
    (said,) = project.plan()["diagnostics"]
    assert "{from: agent/helper/block/prefs, to: block/prefs}" in said["hint"]

    moved = [{"from": "agent/helper/block/prefs", "to": "block/prefs"}]
    project.write("team.yaml", team(agents, **shared, moved=moved), users())
    project.apply()
    for name in (HELPER, "team_ada_writer"):
        assert the_block(server, name, "prefs")["id"] == prefs["id"]
    assert server.block("prefs")["value"] == "learned"
    assert not project.plan()["changes"]


def test_a_user_who_changes_constellations_is_no_renamed_constellation(
    project: Project, server: RawServer
) -> None:
    """AWS provider 8505: a change that ends what was there is shown as a harmless one."""
    both = (team({"helper": agent()}), {**team({"helper": agent()}), "name": "crew"})
    project.write("team.yaml", *both, users("ada", "bob"))
    project.apply()
    before = server.agent(HELPER)

    project.write("team.yaml", *both, users("bob"), {**users("ada"), "constellation": "crew"})

    assert warnings(project) == ["user 'ada' no longer gets constellation 'team', and is new in 'crew'"]
    project.apply()
    assert server.agent(HELPER) == before


def test_variables_of_an_app_that_came_after_the_plan_stay(
    project: Project, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Letta 3293: a PATCH with one variable wiped all others of the agent."""
    from reconciler.remote import Writer

    project.environ["TOKEN"] = "one"
    declare(project, helper=agent(secrets={"TOKEN": {"secret_env": "TOKEN"}}))
    project.apply()
    helper, perform = server.agent(HELPER)["id"], Writer.perform

    def late(self: Any, operation: Any, ids: Any) -> Any:
        server.call("PATCH", f"/v1/agents/{helper}", {"secrets": {"TOKEN": "one", "MATRIX": "theirs"}})
        return perform(self, operation, ids)

    project.environ["TOKEN"] = "two"
    with monkeypatch.context() as patched:
        patched.setattr(Writer, "perform", late)
        project.apply()

    secrets = {each["key"]: each["value"] for each in server.agent(HELPER)["secrets"]}
    assert secrets == {"TOKEN": "two", "MATRIX": "theirs"}


def test_members_of_an_app_that_came_after_the_plan_stay(
    project: Project, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Terraform 5778: a group is written whole, and whoever others put into it is out again."""
    from reconciler.remote import Writer

    def declare_group(*members: str) -> None:
        agents = {name: agent() for name in ("helper", "writer", "critic")}
        group = {"manager": {"type": "round_robin"}, "agents": list(members), "additive": ["agents"]}
        project.write("team.yaml", team(agents, groups={"main": group}), users())

    declare_group("helper", "writer")
    project.apply()
    stranger = fleet.agent(server, "stranger")["id"]
    (group,) = server.list("groups")
    perform = Writer.perform

    def late(self: Any, operation: Any, ids: Any) -> Any:
        server.call("PATCH", f"/v1/groups/{group['id']}", {"agent_ids": [*group["agent_ids"], stranger]})
        return perform(self, operation, ids)

    declare_group("helper", "writer", "critic")
    with monkeypatch.context() as patched:
        patched.setattr(Writer, "perform", late)
        project.apply()

    (group,) = server.list("groups")
    assert len(group["agent_ids"]) == 4
    assert stranger in group["agent_ids"]
