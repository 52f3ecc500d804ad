"""Values that look alike, empty ones, and the last of a kind: each is written, watched and taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.live.fleet import EMBEDDING, MODEL
from tests.live.project import Project, changed_paths
from tests.live.raw import RawServer

AGENT, HELPER = "team/ada/agent/helper", "team_ada_helper"
CANARY = "canary-7f3a"


def declare(project: Project, **fields: Any) -> None:
    defaults = {"model": MODEL, "embedding": EMBEDDING}
    agents = {"helper": {"system": "be kind", **fields}}
    team = {"kind": "Constellation", "name": "team", "defaults": defaults, "agents": agents}
    project.write("team.yaml", team, {"kind": "Users", "constellation": "team", "users": [{"id": "ada"}]})


def apply(project: Project, **fields: Any) -> None:
    declare(project, **fields)
    project.apply()
    project.assert_settled()


def metadata(server: RawServer) -> dict[str, Any]:
    found: dict[str, Any] = server.agent(HELPER)["metadata"]
    return {key: value for key, value in found.items() if key != "letta-reconciler"}


def secrets(server: RawServer) -> dict[str, str]:
    return {each["key"]: each["value"] for each in server.agent(HELPER)["secrets"]}


def secret(*names: str) -> dict[str, Any]:
    return {"secrets": {name: {"secret_env": name} for name in names}}


def test_empty_values_of_metadata_come_change_and_go(project: Project, server: RawServer) -> None:
    for declared in (
        {"e": "", "l": [], "n": None, "flags": {"on": 1}},
        {"e": [], "l": {}, "n": "", "flags": {"on": True}},
        {"kept": ""},
    ):
        apply(project, metadata=declared)
        assert metadata(server) == declared
        assert repr(metadata(server)["flags"] if "flags" in declared else "") == repr(
            declared.get("flags", "")
        )
    apply(project)
    assert metadata(server) == {}


def test_the_last_secret_goes_when_it_is_dropped(project: Project, server: RawServer) -> None:
    project.environ["OURS"] = CANARY
    apply(project, **secret("OURS"))
    declare(project)
    said = project.run("plan", str(project.root)).output
    assert "OURS" in said
    assert "already so" not in said
    project.apply()
    assert secrets(server) == {}
    project.assert_settled()


def test_the_last_secret_dropped_leaves_those_of_an_app(project: Project, server: RawServer) -> None:
    project.environ["OURS"] = CANARY
    apply(project, **secret("OURS"))
    body = {"secrets": {"OURS": CANARY, "TOKEN": "of the app"}}
    server.call("PATCH", f"/v1/agents/{server.agent(HELPER)['id']}", body)
    apply(project)
    assert secrets(server) == {"TOKEN": "of the app"}


def test_a_saved_plan_leaves_the_secrets_of_an_app_as_they_are(
    project: Project, server: RawServer, tmp_path: Path
) -> None:
    project.environ |= {"OURS": CANARY, "MORE": "more"}
    apply(project, **secret("OURS"))
    body = {"secrets": {"OURS": CANARY, "TOKEN": "of the app"}}
    server.call("PATCH", f"/v1/agents/{server.agent(HELPER)['id']}", body)
    declare(project, **secret("OURS", "MORE"))
    plan = tmp_path / "plan.json"
    assert project.run("plan", str(project.root), "-o", str(plan)).exit_code == 0
    done = project.run("apply", str(plan), "--yes", "--root", str(project.root))
    assert done.exit_code == 0, done.output
    assert secrets(server) == {"OURS": CANARY, "MORE": "more", "TOKEN": "of the app"}


def test_no_secret_is_asked_for_that_nobody_declared(project: Project, server: RawServer) -> None:
    apply(project)
    body = {"secrets": {"TOKEN": "of the app"}}
    server.call("PATCH", f"/v1/agents/{server.agent(HELPER)['id']}", body)
    document = project.plan()
    assert changed_paths(document) == {}
    assert document["requests"]["reads"] <= 8
