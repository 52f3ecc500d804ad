"""Situations in which a peer, lettactl, went wrong: the same situation here, on the real server.

In: its issues, by number, and what was measured of release 1.1.2. Each test sets the situation up and says
what must hold instead.
"""

from __future__ import annotations

from typing import Any

from tests.live.drifting import TEAM, agent, blocks, declare, drift, helper_with, paths, settled, team, users
from tests.live.project import Project, changed_paths
from tests.live.raw import RawServer

HELPER = "team_ada_helper"
TOOL = 'def {name}() -> str:\n    """Say {name}."""\n    return "{name}"\n'
TWELVE = [f"tool_{number:02}" for number in range(12)]


def with_tools(project: Project, names: list[str]) -> dict[str, Any]:
    """Custom tools by these names."""
    (project.root / "tools").mkdir(exist_ok=True)
    for name in names:
        (project.root / "tools" / f"{name}.py").write_text(TOOL.format(name=name), encoding="utf-8")
    return {"kind": "Shared", "tools": {name: {"file": f"tools/{name}.py"} for name in names}}


def test_a_shared_block_is_attached_to_every_agent_that_names_it(project: Project, server: RawServer) -> None:
    """#322, #328, #332: shared blocks were made but not attached."""
    agents = {name: agent("state", "plans") for name in ("one", "two", "three")}
    declare(project, team(agents, blocks={"state": {"value": "calm"}, "plans": {"value": "none"}}))
    project.apply()
    settled(project)
    ids = {label: server.block(label)["id"] for label in ("state", "plans")}
    for name in agents:
        attached = blocks(server, f"team_ada_{name}")
        assert {label: attached[label]["id"] for label in ids} == ids
    assert len(server.list("blocks")) == 5


def test_a_shared_block_added_later_reaches_the_agents_that_exist(
    project: Project, server: RawServer
) -> None:
    """#314, #324: a block added to agents that exist was not attached and not seen as drift."""
    agents = {name: agent() for name in ("one", "two")}
    declare(project, team(agents))
    project.apply()
    agents = {name: agent("state") for name in ("one", "two")}
    declare(project, team(agents, blocks={"state": {"value": "calm"}}))
    assert drift(project)["unapplied"] == 3
    assert len(project.plan()["changes"]) == 3
    project.apply("--force")
    settled(project)
    assert all("state" in blocks(server, f"team_ada_{name}") for name in agents)


def test_a_private_block_that_becomes_shared_is_another_block(project: Project, server: RawServer) -> None:
    """#316: whether a block is unique or shared was not part of the comparison."""
    own = {"persona": {"value": "kind"}, "state": {"value": "mine"}}
    declare(project, team({name: agent(memory_blocks=own) for name in ("one", "two")}))
    project.apply()
    declare(
        project,
        team({name: agent("state") for name in ("one", "two")}, blocks={"state": {"value": "ours"}}),
    )
    assert project.plan()["changes"]
    project.apply("--force")
    attached = [blocks(server, f"team_ada_{name}")["state"] for name in ("one", "two")]
    assert attached[0]["id"] == attached[1]["id"]
    assert attached[0]["value"] == "ours"
    assert not project.plan()["changes"]
    assert len(drift(project)["undeclared"]) == 2


def test_a_shared_block_taken_off_one_agent_is_drift_and_comes_back(
    project: Project, server: RawServer
) -> None:
    """#326: "NO DRIFT" while a shared block was attached to none."""
    agents = {name: agent("state") for name in ("one", "two")}
    declare(project, team(agents, blocks={"state": {"value": "calm"}}))
    project.apply()
    state, one = server.block("state")["id"], server.agent("team_ada_one")["id"]
    server.call("PATCH", f"/v1/agents/{one}/core-memory/blocks/detach/{state}")
    assert paths(drift(project, exit_code=2), "drift") == [("agent/one", "blocks[state]")]
    project.apply()
    settled(project)
    assert blocks(server, "team_ada_one")["state"]["id"] == state


def test_more_than_ten_tools_compare_right(project: Project, server: RawServer) -> None:
    """#246: the list of tools was cut at ten, so agents got and lost tools at random."""
    shared = with_tools(project, TWELVE)
    declare(project, team({"one": agent(tools=[f"shared/{name}" for name in TWELVE])}), users(), shared)
    project.apply()
    settled(project)
    one = server.agent("team_ada_one")
    assert {tool["name"] for tool in one["tools"]} == set(TWELVE)
    last = next(tool["id"] for tool in one["tools"] if tool["name"] == TWELVE[-1])
    server.call("PATCH", f"/v1/agents/{one['id']}/tools/detach/{last}")
    assert paths(drift(project, exit_code=2), "drift") == [("agent/one", f"tools[{TWELVE[-1]}]")]
    project.apply()
    settled(project)


def test_an_agent_gets_only_the_tools_of_its_own_manifest(project: Project, server: RawServer) -> None:
    """#242: what one agent listed ended up on others."""
    shared = with_tools(project, TWELVE[:2])
    agents = {name: agent(tools=[f"shared/{tool}"]) for name, tool in zip("ab", TWELVE[:2], strict=True)}
    declare(project, team(agents), users(), shared)
    project.apply()
    for name, tool in zip("ab", TWELVE[:2], strict=True):
        assert [each["name"] for each in server.agent(f"team_ada_{name}")["tools"]] == [tool]
    settled(project)


def test_a_tool_with_new_code_keeps_its_id_and_stays_attached(project: Project, server: RawServer) -> None:
    """#363: a changed tool was deleted and made anew, and agents lost it."""
    shared = with_tools(project, TWELVE[:1])
    declare(project, team({"one": agent(tools=["shared/tool_00"])}), users(), shared)
    project.apply()
    (before,) = server.custom_tools()
    path = project.root / "tools" / "tool_00.py"
    path.write_text(path.read_text(encoding="utf-8").replace("return ", "return 'new ' + "), encoding="utf-8")
    project.apply()
    (after,) = server.custom_tools()
    assert after["id"] == before["id"]
    assert "'new '" in after["source_code"]
    assert [tool["id"] for tool in server.agent("team_ada_one")["tools"]] == [before["id"]]
    settled(project)


def test_tags_an_app_sets_at_run_time_stay(project: Project, server: RawServer) -> None:
    """Measured: every apply replaced all tags, so those of the app were lost. #397"""
    declare(project, helper_with(tags=["coordinator"]))
    project.apply()
    helper = server.agent(HELPER)
    server.call("PATCH", f"/v1/agents/{helper['id']}", {"tags": [*helper["tags"], "vip"]})
    assert not drift(project)["drift"]
    declare(project, helper_with(tags=["coordinator", "second"], system="be brief"))
    project.apply()
    assert {"coordinator", "second", "vip"} <= set(server.agent(HELPER)["tags"])
    assert not project.plan()["changes"]


def test_the_plan_says_exactly_what_apply_does(project: Project) -> None:
    """#319: the dry run said CREATE for what was there and would be updated."""
    declare(project)
    planned = [(change["address"], change["action"]) for change in project.plan()["changes"]]
    done = project.apply()
    assert [(result["address"], result["action"]) for result in done["results"]] == planned
    assert {action for _, action in planned} == {"create"}
    declare(project, helper_with(system="be brief", tools=["memory"]))
    plan = project.plan()
    assert [(each["address"], each["action"]) for each in plan["changes"]] == [
        ("team/ada/agent/helper", "update")
    ]
    done = project.apply()
    assert [each["action"] for each in done["results"]] == ["update"]
    lock, record = 2, 1
    assert done["requests"]["writes"] == plan["requests"]["writes"] + lock + record


def test_a_plan_and_a_drift_report_write_nothing(project: Project, server: RawServer) -> None:
    """The dry run went through the code of apply."""
    declare(project)
    before = server.everything()
    project.plan()
    drift(project)
    assert server.everything() == before


def test_description_and_limit_of_a_block_follow_while_its_value_is_kept(
    project: Project, server: RawServer
) -> None:
    """#189 to #194, measured: `agent_owned: true` froze description and limit as well."""
    declare(project)
    project.apply()
    persona = blocks(server, HELPER)["persona"]
    server.call("PATCH", f"/v1/blocks/{persona['id']}", {"value": "I learned to juggle."})
    block = {"value": "I am kind.", "description": "What I am", "limit": 300}
    rules = TEAM["agents"]["helper"]["memory_blocks"]["rules"]
    declare(project, helper_with(memory_blocks={"persona": block, "rules": rules}))
    assert changed_paths(project.plan()) == {
        "team/ada/agent/helper/block/persona": ["description", "limit"],
    }
    project.apply()
    after = blocks(server, HELPER)["persona"]
    assert (after["description"], after["limit"]) == ("What I am", 300)
    assert after["value"] == "I learned to juggle."
    assert not drift(project)["drift"]


def test_read_only_is_honoured_and_kept(project: Project, server: RawServer) -> None:
    """A block of policy must reach the server as read-only, and go back to it."""
    declare(project, helper_with(memory_blocks={"rules": {"value": "Be honest.", "read_only": True}}))
    project.apply()
    rules = blocks(server, HELPER)["rules"]
    assert rules["read_only"] is True
    server.call("PATCH", f"/v1/blocks/{rules['id']}", {"read_only": False, "value": "Lie."})
    found = paths(drift(project, exit_code=2), "drift")
    assert [path for _, path in found] == ["read_only", "value"]
    project.apply()
    rules = blocks(server, HELPER)["rules"]
    assert (rules["read_only"], rules["value"]) == (True, "Be honest.")
    settled(project)


def test_a_section_taken_out_of_the_manifest_is_detached(project: Project, server: RawServer) -> None:
    """Measured: since v0.21.3 neither the dry run nor --force saw a removed section."""
    (project.root / "notes.md").write_text("# note\n", encoding="utf-8")
    full = agent("state", tools=["memory_insert"], sources=["notes"], tags=["red"])
    parts = {"blocks": {"state": {"value": "calm"}}, "sources": {"notes": {"files": ["notes.md"]}}}
    declare(project, team({"one": full}, **parts))
    project.apply()
    settled(project)
    declare(project, team({"one": {"system": "be kind"}}, **parts))
    project.apply()
    one = server.agent("team_ada_one")
    assert not one["blocks"]
    assert not one["tools"]
    assert not one["sources"]
    assert "red" not in one["tags"]
    assert not project.plan()["changes"]
    assert not drift(project)["drift"]


def test_a_changed_file_is_replaced_without_copies(project: Project, server: RawServer) -> None:
    """#375: every changed file was uploaded beside the old one, as `name_(1)`."""
    note = project.root / "notes.md"
    note.write_text("# first\n", encoding="utf-8")
    declare(project, team({"one": agent(sources=["notes"])}, sources={"notes": {"files": ["notes.md"]}}))
    project.apply()
    for text in ("# second, longer\n", "# 3\n", "# 3 and more\n"):
        note.write_text(text, encoding="utf-8")
        project.apply()
        (folder,) = server.list("folders")
        files = server.call("GET", f"/v1/folders/{folder['id']}/files")
        assert [each["original_file_name"] for each in files] == ["notes.md"]
        assert [each["file_name"] for each in files] == ["notes.md"]
    settled(project)


def test_only_what_the_manifest_names_is_managed(project: Project, server: RawServer) -> None:
    """#391: to manage one field of an agent, all of it had to be declared."""
    declare(project, team({"one": {"system": "be kind"}}))
    project.apply()
    one = server.agent("team_ada_one")["id"]
    server.call("PATCH", f"/v1/agents/{one}", {"description": "set by an app", "timezone": "Asia/Tokyo"})
    tool = next(each for each in server.list("tools") if each["name"] == "memory_insert")["id"]
    server.call("PATCH", f"/v1/agents/{one}/tools/attach/{tool}")
    settled(project)
