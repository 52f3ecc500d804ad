"""What is ours is found behind thousands of groups and folders of others, and so is who else is at work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.lock import LockTerms, Signature
from reconciler.lock.names import shard_lock
from reconciler.lock.on_server import server_lock
from reconciler.remote import Connection, Transport, connect
from reconciler.server import ServerInstance
from tests.live import fleet
from tests.live.crowd import crowd
from tests.live.project import Project
from tests.live.raw import RawServer

TEAM = {
    "kind": "Constellation",
    "name": "team",
    "defaults": {"model": fleet.MODEL, "embedding": fleet.EMBEDDING},
    "sources": {"notes": {"description": "Notes"}},
    "agents": {"lead": {"system": "be kind", "sources": ["notes"]}},
    "groups": {"main": {"agents": ["lead"]}},
}
USERS = {"kind": "Users", "constellation": "team", "users": [{"id": "ada"}]}
SIZES = [pytest.param(2_500, id="2,500"), pytest.param(100_000, id="100,000", marks=pytest.mark.soak)]


@pytest.fixture
def transport(letta_url: str) -> Iterator[Transport]:
    opened = connect(Connection(letta_url))
    yield opened
    opened.close()


@pytest.mark.parametrize("others", SIZES)
def test_ours_is_found_behind_those_of_others(
    letta_server: ServerInstance, project: Project, server: RawServer, transport: Transport, others: int
) -> None:
    folders = min(others, 3_000)
    crowd(letta_server, project.url, groups=others, folders=folders)
    project.write("team.yaml", TEAM, USERS)
    assert len(project.apply()["results"]) == 3
    for _ in range(2):
        project.cache.unlink()
        assert project.apply()["results"] == []
    groups = transport.get("/v1/groups/", "count", (("limit", "10"), ("order", "desc")))
    assert [len(group["agent_ids"]) for group in groups if group["agent_ids"]] == [1], "one group is ours"
    assert len(server.call("GET", "/v1/folders/?name=team_ada_notes")) == 1
    pages = 2 + others // 1_000 + folders // 1_000
    assert project.plan()["requests"]["reads"] == 4 + pages
    with server_lock(transport, shard_lock("demo", "1/2"), LockTerms(Signature("somebody"))):
        project.write("team.yaml", TEAM, {**USERS, "users": [{"id": "ada"}, {"id": "bob"}]})
        refused = project.run("apply", str(project.root), "--yes")
    assert refused.exit_code == 4, refused.output
