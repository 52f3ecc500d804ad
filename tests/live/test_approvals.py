"""A tool that asks before it runs goes on asking, whoever made it ask, until the manifest says otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.remote import Writer
from reconciler.values import Carry
from tests.live.fleet import ADD, EMBEDDING, MODEL
from tests.live.project import Project, changed_paths
from tests.live.raw import RawServer

AGENT, GATE = "team/ada/agent/helper", "approvals[add]"
HELPER = "team_ada_helper"
RULE = {"type": "exit_loop", "tool_name": "memory_insert"}
ASKS = {"type": "requires_approval", "tool_name": "add"}


def declare(project: Project, asks: bool | None = True, /, **fields: Any) -> None:
    """One agent with the tool `add`, which asks for approval by default, or not."""
    (project.root / "add.py").write_text(ADD, encoding="utf-8")
    helper = {"system": "be kind", "tools": ["memory_insert", "add"], **fields}
    defaults = {"model": MODEL, "embedding": EMBEDDING}
    team = {"kind": "Constellation", "name": "team", "defaults": defaults, "agents": {"helper": helper}}
    tool = {"file": "add.py"} | ({} if asks is None else {"default_requires_approval": asks})
    users = {"kind": "Users", "constellation": "team", "users": [{"id": "ada"}]}
    project.write("team.yaml", {"kind": "Shared", "tools": {"add": tool}}, team, users)


def apply(project: Project, asks: bool | None = True, /, **fields: Any) -> dict[str, Any]:
    declare(project, asks, **fields)
    return project.apply()


def rules(server: RawServer) -> list[tuple[str, str]]:
    found = server.agent(HELPER)["tool_rules"] or []
    return sorted((rule["type"], rule["tool_name"]) for rule in found)


def gated(server: RawServer) -> list[str]:
    """Tools of the agent that ask."""
    return [name for kind, name in rules(server) if kind == "requires_approval"]


def by_hand(server: RawServer, tool: str, asks: bool) -> None:
    """What an app does that lets its operators decide."""
    path = f"/v1/agents/{server.agent(HELPER)['id']}/tools/approval/{tool}"
    server.call("PATCH", path, {"requires_approval": asks})


@pytest.mark.parametrize("fields", [{}, {"tool_rules": [RULE]}, {"tool_rules": [RULE, ASKS]}], ids=str)
def test_what_the_server_adds_for_a_tool_is_expected(
    project: Project, server: RawServer, fields: dict[str, Any]
) -> None:
    apply(project, **fields)
    assert gated(server) == ["add"]
    project.assert_settled()


@pytest.mark.parametrize("asks", [True, None], ids=["tool asks", "only this agent asks"])
def test_a_rule_of_the_manifest_settles(project: Project, server: RawServer, asks: bool | None) -> None:
    apply(project, asks, tool_rules=[ASKS])
    assert rules(server) == [("requires_approval", "add")]
    project.assert_settled()


def test_turned_on_later_gates_the_agents_that_have_the_tool(project: Project, server: RawServer) -> None:
    apply(project, False)
    assert gated(server) == []
    declare(project, True)
    announced = changed_paths(project.plan())
    assert announced == {"shared/tool/add": ["default_requires_approval"], AGENT: [GATE]}
    project.apply()
    assert gated(server) == ["add"]
    project.assert_settled()


def test_turned_on_by_hand_gates_them_as_well(project: Project, server: RawServer) -> None:
    apply(project, None)
    (tool,) = server.custom_tools()
    server.call("PATCH", f"/v1/tools/{tool['id']}", {"default_requires_approval": True})
    assert changed_paths(project.plan()) == {AGENT: [GATE]}
    project.apply()
    assert gated(server) == ["add"]
    project.assert_settled()


@pytest.mark.parametrize("later", [False, None], ids=["false", "no longer declared"])
def test_turned_off_later_leaves_the_gate_and_says_so(
    project: Project, server: RawServer, later: bool | None
) -> None:
    apply(project, True)
    declare(project, later)
    said = project.run("plan", str(project.root)).output
    assert "approval add" in said
    assert "exact: [approvals]" in said
    project.apply()
    assert gated(server) == ["add"]
    project.assert_settled()


def test_turned_off_later_takes_the_gate_where_approvals_are_exact(
    project: Project, server: RawServer
) -> None:
    apply(project, True, exact=["approvals"])
    project.assert_settled()
    declare(project, False, exact=["approvals"])
    assert changed_paths(project.plan())[AGENT] == [GATE]
    project.apply()
    assert gated(server) == []
    project.assert_settled()


def test_rules_added_changed_and_dropped_later_leave_the_gate(project: Project, server: RawServer) -> None:
    apply(project)
    for declared in ({"tool_rules": [RULE]}, {"tool_rules": [{**RULE, "type": "run_first"}]}, {}):
        apply(project, **declared)
        assert gated(server) == ["add"]
        project.assert_settled()
    assert rules(server) == [("requires_approval", "add")]


def test_a_tool_attached_later_shows_no_drift(project: Project, server: RawServer) -> None:
    apply(project, tools=["memory_insert"])
    apply(project)
    assert gated(server) == ["add"]
    project.assert_settled()


def test_a_tool_an_app_attached_shows_no_drift(project: Project, server: RawServer) -> None:
    loose = {"tools": ["memory_insert"], "additive": ["tools"], "tool_rules": [RULE]}
    apply(project, **loose)
    (tool,) = server.custom_tools()
    server.call("PATCH", f"/v1/agents/{server.agent(HELPER)['id']}/tools/attach/{tool['id']}")
    project.apply()
    document = project.plan()
    assert (document["changes"], document["drift"]) == ([], [])
    assert gated(server) == ["add"]


def test_a_tool_of_somebody_else_that_asks_is_no_drift(project: Project, server: RawServer) -> None:
    source = ADD.replace("def add", "def take")
    server.call("POST", "/v1/tools/", {"source_code": source, "default_requires_approval": True})
    apply(project, None, tools=["take"], tool_rules=[RULE])
    assert gated(server) == ["take"]
    project.assert_settled()
    apply(project, None, tools=["take", "add"])
    assert gated(server) == ["take"]
    project.assert_settled()


def test_a_gate_of_an_app_stays_where_rules_are_enforced(project: Project, server: RawServer) -> None:
    apply(project, None, tool_rules=[RULE])
    by_hand(server, "add", asks=True)
    document = project.plan()
    assert (document["changes"], document["drift"]) == ([], [])
    assert [each["field"]["path"] for each in document["learned"]] == [GATE]
    apply(project, None, tool_rules=[{**RULE, "type": "run_first"}])
    assert rules(server) == [("requires_approval", "add"), ("run_first", "memory_insert")]


def test_a_gate_of_an_app_is_drift_where_approvals_are_exact(project: Project, server: RawServer) -> None:
    apply(project, None, exact=["approvals"])
    by_hand(server, "add", asks=True)
    assert [each["field"]["path"] for each in project.plan()["drift"]] == [GATE]
    project.apply()
    assert gated(server) == []
    project.assert_settled()


def test_a_gate_that_came_after_the_plan_stays(
    project: Project, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(project, None, tool_rules=[RULE])
    declare(project, None, tool_rules=[{**RULE, "type": "run_first"}])
    perform = Writer.perform

    def while_an_app_gates_it(writer: Writer, operation: Any, ids: Any) -> Any:
        by_hand(server, "add", asks=True)
        return perform(writer, operation, ids)

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "perform", while_an_app_gates_it)
        project.apply()
    assert rules(server) == [("requires_approval", "add"), ("run_first", "memory_insert")]


def test_a_gate_taken_off_by_hand_is_drift(project: Project, server: RawServer) -> None:
    apply(project)
    by_hand(server, "add", asks=False)
    assert [each["field"]["path"] for each in project.plan()["drift"]] == [GATE]
    project.apply()
    assert gated(server) == ["add"]
    project.assert_settled()


def test_a_replaced_agent_keeps_its_gates(project: Project, server: RawServer) -> None:
    apply(project, None)
    by_hand(server, "add", asks=True)
    declare(project, None, agent_type="memgpt_v2_agent")
    project.apply("--force")
    assert gated(server) == ["add"]


def test_a_gate_that_came_after_the_plan_goes_to_the_new_agent(
    project: Project, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(project, None)
    declare(project, None, agent_type="memgpt_v2_agent")
    perform, old = Writer.perform, server.agent(HELPER)["id"]

    def while_an_app_gates_it(writer: Writer, operation: Any, ids: Any) -> Any:
        if isinstance(operation, Carry):
            server.call("PATCH", f"/v1/agents/{old}/tools/approval/add", {"requires_approval": True})
        return perform(writer, operation, ids)

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "perform", while_an_app_gates_it)
        project.apply("--force")
    assert gated(server) == ["add"]


def test_whose_rules_are_only_observed_gets_no_gate_from_us(project: Project, server: RawServer) -> None:
    watched = {"tool_rules": [RULE], "ownership": {"tool_rules": "observed"}}
    apply(project, False, **watched)
    apply(project, True, **watched)
    assert gated(server) == []


@pytest.mark.parametrize("fields", [{}, {"tool_rules": [ASKS]}, {"tool_rules": [RULE, ASKS]}], ids=str)
@pytest.mark.parametrize("asks", [True, False])
def test_what_is_exported_settles(
    project: Project, tmp_path: Path, asks: bool, fields: dict[str, Any]
) -> None:
    apply(project, asks, **fields)
    again = Project(tmp_path / "exported", project.url, tmp_path / "cache" / "exported.db")
    result = again.run("export", "--project", "demo", "-o", str(again.root))
    assert result.exit_code == 0, result.output
    again.assert_settled()


def test_a_learned_gate_is_taken_to_the_manifests_as_a_rule(
    project: Project, server: RawServer, tmp_path: Path
) -> None:
    apply(project, None, tool_rules=[RULE])
    by_hand(server, "add", asks=True)
    learned = tmp_path / "learned.yaml"
    done = project.run("export", "--learned", "--manifests", str(project.root), "-o", str(learned))
    assert done.exit_code == 0, done.output
    text = learned.read_text(encoding="utf-8")
    assert "requires_approval" in text
    assert "exit_loop" in text
    assert "approvals:" not in text
