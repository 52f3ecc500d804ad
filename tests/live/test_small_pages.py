"""On a server that lists three rows at once everything works as on any other, from the first plan to the last
destroy: whoever asks for more is refused, whoever names no limit gets three."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.lock import LockTerms, Signature
from reconciler.lock.names import set_lock, shard_lock
from reconciler.lock.on_server import server_lock
from reconciler.remote import Connection, Transport, connect
from reconciler.values import Owner
from tests.faults.proxy import Proxy, proxying
from tests.live import fleet
from tests.live.project import Project
from tests.live.raw import RawServer

ROWS = 3
TEAM: dict[str, Any] = {
    "kind": "Constellation",
    "name": "team",
    "defaults": {"model": fleet.MODEL, "embedding": fleet.EMBEDDING},
    "blocks": {"state": {"value": "calm"}},
    "sources": {"notes": {"files": ["notes/*.md"]}},
    "agents": {
        name: {"system": "be kind", "shared_blocks": ["state"], "sources": ["notes"]}
        for name in ("lead", "helper")
    },
    "groups": {"main": {"agents": ["lead", "helper"]}},
}
USERS = {"kind": "Users", "constellation": "team", "users": [{"id": f"u{number}"} for number in range(4)]}


@pytest.fixture
def proxy(letta_url: str) -> Iterator[Proxy]:
    with proxying(letta_url) as running:
        running.most_rows = ROWS
        yield running


@pytest.fixture
def transport(proxy: Proxy) -> Iterator[Transport]:
    opened = connect(Connection(proxy.url))
    yield opened
    opened.close()


@pytest.fixture
def project(proxy: Proxy, tmp_path: Path) -> Project:
    """Four users, two of whose sources hold five files each."""
    made = Project(tmp_path / "project", proxy.url, tmp_path / "cache" / "c.db")
    made.write("project.yaml", {"kind": "Project", "name": "demo"})
    made.write("team.yaml", TEAM, USERS)
    notes = made.root / "notes"
    notes.mkdir()
    for number in range(5):
        (notes / f"{number}.md").write_text(f"note {number}\n", encoding="utf-8")
    return made


def test_a_whole_life(project: Project, server: RawServer) -> None:
    made = project.apply()
    counts = {kind: len(server.list(kind)) for kind in ("agents", "blocks", "groups", "folders")}
    assert counts == {"agents": 8, "blocks": 4, "groups": 4, "folders": 4}
    assert len(made["results"]) == 20
    for _ in range(2):
        project.assert_settled()
    project.cache.unlink()
    project.assert_settled()
    last = server.list("agents")[0]["id"]  # newest first
    server.call("PATCH", f"/v1/agents/{last}", {"system": "be rude"})
    group = server.list("groups")[-1]["id"]
    server.call("DELETE", f"/v1/groups/{group}")
    assert project.run("drift", str(project.root)).exit_code == 2
    repaired = project.apply()
    assert len(repaired["results"]) == 2
    assert len(server.list("groups")) == 4
    project.assert_settled()
    destroyed = project.run("destroy", "team/*", "--manifests", str(project.root), "--yes")
    assert destroyed.exit_code == 0, destroyed.output
    assert not any(server.everything().values())


def test_a_survey_sees_everything(project: Project, server: RawServer, tmp_path: Path) -> None:
    made = [fleet.agent(server, f"worker{number}")["id"] for number in range(7)]
    for number in range(5):
        fleet.block(server, f"b{number}", "x")
    result = project.run("export", "--all", "-o", str(tmp_path / "out"), "--manifests", str(project.root))
    assert result.exit_code == 0, result.output
    text = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").rglob("*.yaml"))
    assert all(f"worker{number}" in text for number in range(len(made)))


def test_a_run_sees_the_lock_of_a_shard_behind_many_folders(
    project: Project, server: RawServer, transport: Transport
) -> None:
    for number in range(2 * ROWS):
        server.call("POST", "/v1/folders/", {"name": f"f{number}", "embedding": fleet.EMBEDDING})
    terms = LockTerms(Signature("somebody"))
    with server_lock(transport, shard_lock("demo", "1/2"), terms):
        refused = project.run("apply", str(project.root), "--yes")
        assert refused.exit_code == 4, refused.output
        assert "somebody else is making resources" in refused.output
    project.apply()


def test_a_user_who_is_provisioned_behind_many_folders_is_not_pruned(
    project: Project, server: RawServer, transport: Transport
) -> None:
    project.apply()
    project.write("team.yaml", TEAM, {**USERS, "users": USERS["users"][:-1]})  # type: ignore[index]
    with server_lock(transport, set_lock("demo", Owner("team", "u3")), LockTerms(Signature("a bot"))):
        refused = project.run("apply", str(project.root), "--yes", "--prune", "--force")
    assert refused.exit_code == 4, refused.output
    assert "being provisioned" in refused.output
