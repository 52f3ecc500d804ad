"""A tag `user:` that an app took off is a lost mark: a run of that user alone finds the agent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.project import Project
from tests.live.raw import RawServer
from tests.runtime.simulated_team import opened, provisioning


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project without documents of users, and one user of a program."""
    with opened(tmp_path) as made:
        provisioning(made)("9", parameters={"partner": "Ada"})
        yield made


@pytest.fixture
def server(project: Project) -> RawServer:
    return RawServer(project.url)


def take_off(server: RawServer, kind: str, name: str) -> tuple[str, list[str]]:
    """Id, and the tags before an app took `user:` off."""
    found = next(row for row in server.list(kind) if name in (row.get("name"), row.get("label")))
    tags = [tag for tag in found["tags"] if not tag.startswith("user:")]
    assert tags != found["tags"]
    server.call("PATCH", f"/v1/{kind}/{found['id']}", {"tags": tags})
    return found["id"], found["tags"]


@pytest.mark.parametrize("options", [("--user", "9"), ()])
@pytest.mark.parametrize(
    ("kind", "name"), [("agents", "team_9_lead"), ("blocks", "human"), ("blocks", "self")]
)
def test_it_is_put_back(
    project: Project, server: RawServer, kind: str, name: str, options: tuple[str, ...]
) -> None:
    server_id, tags = take_off(server, kind, name)
    project.apply(*options)
    (found,) = [row for row in server.list(kind) if row["id"] == server_id]
    assert sorted(found["tags"]) == sorted(tags)
    assert len(server.list("agents")) == 2
    project.assert_settled()


def test_a_bot_makes_no_second_agent(project: Project, server: RawServer) -> None:
    take_off(server, "agents", "team_9_lead")
    assert provisioning(project)("9", parameters={"partner": "Ada"}) <= 1
    assert len(server.list("agents")) == 2
