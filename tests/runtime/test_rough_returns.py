"""What few tests reached: lost records of programs' users, marks of siblings, returns that fail.

On the simulated server.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.shared.options import shard_of
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.runtime.simulated_team import TEMPLATE, Refusing, opened, provisioning, records, users
from tests.simulated.letta import Asked

ADA = {"partner": "Ada"}


@pytest.fixture
def letta() -> Refusing:
    return Refusing()


@pytest.fixture
def project(tmp_path: Path, letta: Refusing) -> Iterator[Project]:
    with opened(tmp_path, "7", letta=letta) as made:
        made.apply()
        yield made


@pytest.fixture
def server(project: Project) -> RawServer:
    return RawServer(project.url)


def lose_record(server: RawServer, owner: str) -> None:
    (found,) = [row for row in server.records() if f"/{owner}" in str(row["tags"])]
    server.call("DELETE", f"/v1/blocks/{found['id']}")


def agents(server: RawServer) -> dict[str, str]:
    return {row["name"]: row["id"] for row in server.list("agents")}


def test_a_lost_record_of_a_programs_user_ends_nothing(project: Project, server: RawServer) -> None:
    provisioning(project)("9", parameters=ADA)
    before = agents(server)
    lose_record(server, "team/9")
    project.apply()
    pruned = project.run("apply", str(project.root), "--prune", "--allow", "data-loss", "--yes")
    assert pruned.exit_code == 4, pruned.output
    assert "R115" in pruned.output
    assert agents(server) == before


def test_the_next_provision_tells_the_record_again_what_it_gave(project: Project, server: RawServer) -> None:
    provisioning(project)("9", parameters=ADA)
    before = agents(server)
    lose_record(server, "team/9")
    assert provisioning(project)("9", parameters=ADA) == 0
    assert agents(server) == before
    assert records(server)["team/9"].parameters == ADA
    project.assert_settled()


def test_who_was_taken_out_of_the_roster_is_pruned_though_a_bot_still_asks(
    project: Project, server: RawServer
) -> None:
    project.write("users.yaml", users("8"))
    project.apply()
    assert provisioning(project)("7") == 0
    assert records(server)["team/7"].parameters is None
    project.apply("--prune", "--allow", "data-loss")
    assert not [name for name in agents(server) if "_7_" in name]


def test_a_program_takes_a_user_over_who_was_taken_out_of_the_roster(
    project: Project, server: RawServer
) -> None:
    before = agents(server)
    project.write("users.yaml", users("8"))
    provisioning(project)("7", parameters=ADA, rejoin=True)
    assert records(server)["team/7"].parameters == ADA
    project.apply("--prune", "--allow", "data-loss")
    assert before.items() <= agents(server).items()


def test_a_stranger_with_a_siblings_mark_is_left_alone(project: Project, server: RawServer) -> None:
    lead = next(row for row in server.list("agents") if row["name"] == "team_7_lead")
    stranger = server.call(
        "POST", "/v1/agents/", {**_plain("somebody"), "tags": lead["tags"], "metadata": lead["metadata"]}
    )
    project.apply()
    pruned = project.run("apply", str(project.root), "--prune", "--allow", "data-loss", "--yes")
    assert pruned.exit_code == 0, pruned.output
    assert stranger["id"] in project.run("plan", str(project.root), "--verbose").output
    found = next(row for row in server.list("agents") if row["id"] == stranger["id"])
    assert found["name"] == "somebody"
    assert stranger["id"] not in {known.id for known in records(server)["team/7"].known.values()}


def test_a_resource_that_bears_its_siblings_mark_as_well_goes_nowhere(
    project: Project, server: RawServer
) -> None:
    """An app copies the tags of one agent of ours to the other, whose own is gone by then."""
    before = agents(server)
    rows = {row["name"]: row for row in server.list("agents")}
    server.call("DELETE", f"/v1/agents/{before['team_7_critic']}")
    server.call(
        "PATCH",
        f"/v1/agents/{before['team_7_lead']}",
        {"tags": rows["team_7_critic"]["tags"], "metadata": rows["team_7_critic"]["metadata"]},
    )
    refused = project.run("apply", str(project.root), "--yes")

    assert refused.exit_code == 4, refused.output
    assert "state disown" in refused.output
    after = agents(server)
    assert after["team_7_lead"] == before["team_7_lead"]
    assert len(after) <= 2


def _plain(name: str) -> dict[str, Any]:
    return {"name": name, "model": "openai-proxy/gpt-4o-mini", "embedding": "openai/text-embedding-3-small"}


def is_create(asked: Asked, path: str = "/v1/agents/") -> bool:
    return asked.method == "POST" and asked.path == path


@pytest.mark.parametrize("shard", ["", "of another shard"])
@pytest.mark.parametrize("failing", ["team_7_lead", "team_7_critic", "team_7_"])
def test_a_return_whose_creates_fail_goes_on_with_the_next_run(
    project: Project, server: RawServer, letta: Refusing, failing: str, shard: str
) -> None:
    project.write("users.yaml", users("7", "8"))
    project.apply()
    project.write("users.yaml", users("8"))
    options = ("--shard", _other_shard("7")) if shard else ()
    project.apply("--prune", "--allow", "data-loss", *options)
    project.write("users.yaml", users("7", "8"))
    letta.refuses = lambda asked: is_create(asked) and failing in str(asked.body.get("name"))
    failed = project.run("apply", str(project.root), "--yes")
    assert failed.exit_code == 3, failed.output
    letta.refuses = lambda asked: False
    project.apply()
    assert sorted(agents(server)) == ["team_7_critic", "team_7_lead", "team_8_critic", "team_8_lead"]
    assert len(server.list("agents")) == 4
    assert not records(server)["team/7"].replacing
    assert not any(record.left for record in records(server).values())
    project.assert_settled()
    assert provisioning(project)("7") == 0


def _other_shard(user: str) -> str:
    """A shard of this user that is not the first."""
    return next(f"{shard_of(user, of)}/{of}" for of in range(2, 9) if shard_of(user, of) > 1)


def declared_anew(project: Project, server: RawServer) -> str:
    """A destroyed agent is declared again, and so is a block that an app hung on the other one: its id."""
    done = project.run("destroy", "team/7/agent/critic", "--manifests", str(project.root), "--yes")
    assert done.exit_code == 0, done.output
    block = server.call("POST", "/v1/blocks/", {"label": "notes", "value": "learned"})
    path = f"/v1/agents/{agents(server)['team_7_lead']}/core-memory/blocks/attach/{block['id']}"
    server.call("PATCH", path)
    lead = TEMPLATE["agents"]["lead"]
    more = {**lead, "memory_blocks": {**lead["memory_blocks"], "notes": {"value": "new"}}}
    template = {**TEMPLATE, "agents": {**TEMPLATE["agents"], "lead": more}}
    project.write("all.yaml", {"kind": "Project", "name": "demo"}, template)
    return str(block["id"])


def test_a_note_of_what_is_made_again_ends_beside_an_adopt(project: Project, server: RawServer) -> None:
    taken = declared_anew(project, server)
    project.apply()
    record = records(server)["team/7"]
    assert not record.replacing
    assert taken in {known.id for known in record.known.values()}
    assert next(row for row in server.list("blocks") if row["id"] == taken)["value"] == "learned"
    assert len(server.list("agents")) == 2
    project.apply()
    assert records(server)["team/7"] == record


def test_a_note_stays_for_what_failed_and_goes_for_what_was_adopted(
    project: Project, server: RawServer, letta: Refusing
) -> None:
    taken = declared_anew(project, server)
    letta.refuses = is_create
    assert project.run("apply", str(project.root), "--yes").exit_code == 3
    record = records(server)["team/7"]
    assert {address.name for address in record.replacing} == {"critic"}
    assert taken in {known.id for known in record.known.values()}
    letta.refuses = lambda asked: False
    project.apply()
    assert not records(server)["team/7"].replacing
    assert sorted(agents(server)) == ["team_7_critic", "team_7_lead"]
    assert len(server.list("agents")) == 2
