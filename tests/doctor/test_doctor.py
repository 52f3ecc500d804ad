"""What the doctor finds, and that every finding has its cure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.cache import Cache
from reconciler.doctor import Health
from reconciler.doctor.server import look_at_clock, look_at_server
from reconciler.state import State
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.remote.fakes import transport_over
from tests.runtime import team

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """How fast the server answers on this machine is not what is tested."""
    monkeypatch.setattr("reconciler.doctor.server._SLOW", 600.0)


@pytest.fixture
def project(letta_url: str, tmp_path: Path) -> Project:
    """A project on the freshly reset real server."""
    return Project(team.write(tmp_path / "project"), letta_url, tmp_path / "cache.db")


@pytest.fixture
def server(letta_url: str) -> RawServer:
    """The server, seen without our own adapter."""
    return RawServer(letta_url)


def examined(project: Project, status: int = 0) -> dict[str, list[dict[str, str]]]:
    """Findings by check."""
    result = project.run("doctor", str(project.root), "--json")
    assert result.exit_code == status, result.output
    found: dict[str, list[dict[str, str]]] = {}
    for finding in json.loads(result.stdout)["findings"]:
        found.setdefault(finding["check"], []).append(finding)
        assert finding["cure"] or finding["health"] in ("fine", "skipped"), finding
    return found


def test_a_healthy_project(project: Project) -> None:
    found = examined(project)
    assert {each["health"] for findings in found.values() for each in findings} == {"fine"}
    assert found["version"][0]["summary"] == "Letta 0.16.8"


def test_a_person_reads_one_line_each(project: Project) -> None:
    result = project.run("doctor", str(project.root))
    assert result.exit_code == 0
    assert "ok      version:       Letta 0.16.8\n" in result.stdout


def test_a_model_the_server_has_not(project: Project) -> None:
    made = team.constellation()
    made["defaults"]["model"] = "openai/gpt-4o-mini"
    project.write("all.yaml", {"kind": "Project", "name": "demo"}, made, users())
    (finding,) = examined(project, status=1)["models"]
    assert finding["health"] == "error"
    assert "openai-proxy/gpt-4o-mini" in finding["cure"]


def test_the_slow_default_model(project: Project) -> None:
    made = team.constellation()
    made["defaults"]["model"] = "letta/letta-free"
    project.write("all.yaml", {"kind": "Project", "name": "demo"}, made, users())
    (finding,) = examined(project)["speed"]
    assert (finding["health"], "LETTA_MODEL" in finding["cure"]) == ("warning", True)


def test_a_block_that_outgrew_its_limit(project: Project, server: RawServer) -> None:
    project.run("provision", "42", "--manifests", project.root, "--yes")
    server.call("PATCH", f"/v1/blocks/{server.block('state')['id']}", {"value": "x" * 61})
    (finding,) = examined(project)["block limits"]
    assert finding["summary"] == "team/42/block/state holds 61 characters, its limit is 60"


def test_a_tool_of_somebody_else(project: Project, server: RawServer) -> None:
    source = (
        'def add(a: int) -> int:\n    """Add.\n\n    Args:\n        a (int): one\n    """\n    return a\n'
    )
    server.call("POST", "/v1/tools/", {"source_code": source})
    (project.root / "add.py").write_text(source, encoding="utf-8")
    shared = {"kind": "Shared", "tools": {"add": {"file": "add.py"}}}
    project.write("all.yaml", {"kind": "Project", "name": "demo"}, team.constellation(), shared)
    (finding,) = examined(project, status=1)["tools"]
    assert "'add' already, of somebody else" in finding["summary"]


def test_a_server_that_is_down(project: Project) -> None:
    project.url = "http://127.0.0.1:9"
    found = examined(project, status=1)
    assert found["server"][0]["health"] == "error"
    assert found["rest"][0]["health"] == "skipped"


def test_manifests_that_do_not_parse(project: Project) -> None:
    (project.root / "all.yaml").write_text("kind: Nonsense", encoding="utf-8")
    found = examined(project, status=1)
    assert found["manifests"][0]["cure"] == "reconciler validate lists them"
    assert found["server"][0]["health"] == "fine"


def test_files_that_are_damaged_or_open_to_all(project: Project) -> None:
    Cache.open(project.cache).close()
    State.open(project.state, old_cache=project.cache).close()
    for name, path in (("cache", project.cache), ("state", project.state)):
        whole = path.read_bytes()
        path.chmod(0o644)
        assert "chmod 600" in examined(project)[name][0]["cure"]
        path.write_bytes(b"nonsense" * 1000)
        (finding,) = examined(project, status=1)[name]
        assert finding["health"] == "error"
        assert f"mv {path} {path}.broken" in finding["cure"]
        path.write_bytes(whole)


def test_where_both_files_lie_and_which_one_to_keep(project: Project) -> None:
    before = examined(project)
    project.plan()
    after = examined(project)
    for name, path, advice in (
        ("cache", project.cache, "may be deleted"),
        ("state", project.state, "keep it"),
    ):
        assert "none yet" in before[name][0]["summary"]
        assert str(path) in before[name][0]["summary"]
        assert str(path) in after[name][0]["summary"]
        assert advice in after[name][0]["summary"]


def test_a_lock_that_is_held(project: Project, server: RawServer) -> None:
    body: dict[str, Any] = {"name": "letta-reconciler lock demo/team/42"}
    body["embedding_config"] = {
        "embedding_endpoint_type": "openai",
        "embedding_model": "none",
        "embedding_dim": 1,
    }
    server.call("POST", "/v1/folders/", body)
    assert "demo/team/42" in examined(project)["server lock"][0]["summary"]


@pytest.mark.parametrize(("seconds", "health"), [(0, Health.FINE), (20, Health.FINE), (400, Health.WARNING)])
def test_clocks_that_differ(seconds: int, health: Health) -> None:
    date = format_datetime(NOW - timedelta(seconds=seconds), usegmt=True)
    answer = httpx.Response(200, json={"version": "0.16.8"}, headers={"date": date})
    with transport_over(lambda request: answer) as transport:
        assert look_at_clock(transport, lambda: NOW).health is health


def answers(status: int, version: str = "0.16.8") -> Iterator[tuple[str, Health]]:
    """How a server looks whose lists answer so."""

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/health/":
            return httpx.Response(200, json={"version": version})
        return httpx.Response(status, json=[] if status == 200 else {"detail": "no"})

    with transport_over(handle) as transport:
        for finding in look_at_server(transport, "demo"):
            yield finding.check, finding.health


def test_a_server_that_denies_access() -> None:
    assert list(answers(401)) == [("server", Health.FINE), ("access", Health.ERROR)]


def test_a_server_without_groups() -> None:
    assert dict(answers(404))["groups"] is Health.WARNING


def test_a_server_of_another_version() -> None:
    assert dict(answers(200, "0.12.0"))["version"] is Health.WARNING


def users() -> dict[str, Any]:
    return {"kind": "Users", "constellation": "team", "users": [{"id": "1"}]}
