"""`destroy --erase`: nothing of a person is found afterwards, on the server or on this machine, but for what
others have too; and a report says what went and what may be left."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from reconciler import Constellations, UserLeft
from tests.live.drifting import agent, team, users
from tests.live.project import Project
from tests.live.raw import RawServer

pytestmark = pytest.mark.server
SECRET = "the cat is called Fig"
"""What is only known of this person."""


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """Where this machine keeps its state."""
    return tmp_path / "volume"


@pytest.fixture
def made(project: Project, volume: Path) -> Project:
    """Two users, each with an agent."""
    project.environ["RECONCILER_STATE"] = str(volume)
    rules = {"value": "be kind", "ownership": {"value": "enforced"}}
    project.write("team.yaml", team({"helper": agent("rules")}, blocks={"rules": rules}), users("ada", "eve"))
    project.apply()
    return project


def remember(server: RawServer, name: str) -> str:
    """A passage, two blocks made at run time (without a tag), a conversation with a block of its own, an
    identity, and a message; the agent's id."""
    made: str = server.agent(name)["id"]
    server.call("POST", f"/v1/agents/{made}/archival-memory", {"text": SECRET})
    for label in ("diary", "mood"):
        block = server.call("POST", "/v1/blocks/", {"label": label, "value": SECRET})["id"]
        server.call("PATCH", f"/v1/agents/{made}/core-memory/blocks/attach/{block}")
    server.call("POST", f"/v1/conversations/?agent_id={made}", {"isolated_block_labels": ["diary"]})
    body = {"identifier_key": "ada@example.com", "name": SECRET, "identity_type": "user"}
    identity = server.call("POST", "/v1/identities/", body)["id"]
    server.call("PATCH", f"/v1/agents/{made}/identities/attach/{identity}")
    server.call("POST", f"/v1/agents/{made}/messages", {"messages": [{"role": "user", "content": SECRET}]})
    return made


_KINDS = ("agents", "blocks", "archives", "identities", "folders", "groups")


def everything(server: RawServer) -> str:
    """All rows of all kinds that the API lists."""
    return json.dumps([server.list(kind) for kind in _KINDS])


def ids(server: RawServer) -> set[str]:
    """What there is; the order of tags within a row is the server's."""
    return {row["id"] for kind in _KINDS for row in server.list(kind)}


def erase(project: Project, *more: str, exits: int = 0) -> Any:
    words = ("destroy", "team/ada", "--erase", "--yes", "--manifests", str(project.root))
    ran = project.run(*words, *more)
    assert ran.exit_code == exits, ran.output
    return ran


def lines_of(text: str, title: str) -> list[str]:
    """A section of the Markdown report."""
    part = text.partition(f"## {title}\n")[2].partition("\n## ")[0]
    return [line.strip() for line in part.splitlines() if line.strip()]


def test_nothing_of_a_person_is_found_afterwards(
    made: Project, server: RawServer, volume: Path, tmp_path: Path
) -> None:
    remember(server, "team_ada_helper")
    server.call("PATCH", f"/v1/blocks/{block_of(server, 'team_ada_helper')}", {"value": f"say: {SECRET}"})
    made.apply()  # puts it back, and the old value into the history
    assert holding(volume)
    report = tmp_path / "ada.md"

    ran = erase(made, "--allow", "data-loss", "--report", str(report))

    assert SECRET not in everything(server)
    assert holding(volume) == []
    assert SECRET not in ran.output + report.read_text()
    assert len(server.list("agents")) == 1
    gone = lines_of(report.read_text(), "On the server")
    kinds = sorted(line.split()[0] for line in gone if not line.startswith("team/"))
    assert kinds == ["archive", "block", "block", "block", "identity"]
    assert lines_of(report.read_text(), "On this machine")[0] == "1 of history"
    assert any("provider_traces" in line for line in lines_of(report.read_text(), "What may be left"))


def block_of(server: RawServer, name: str) -> str:
    """The id of an agent's rules."""
    agent_id = server.agent(name)["id"]
    row = server.call("GET", f"/v1/agents/{agent_id}/core-memory/blocks/rules")
    return str(row["id"])


def holding(volume: Path) -> list[str]:
    """Names of the files that hold the secret, also in pages that nobody reads any more."""
    files = (file for file in volume.rglob("*") if file.is_file())
    return sorted(file.name for file in files if SECRET.encode() in file.read_bytes())


def test_what_others_have_too_stays_and_is_named(made: Project, server: RawServer) -> None:
    ada, eve = remember(server, "team_ada_helper"), server.agent("team_eve_helper")["id"]
    diary = next(row["id"] for row in server.list("blocks") if row["label"] == "diary")
    server.call("PATCH", f"/v1/agents/{eve}/core-memory/blocks/attach/{diary}")
    (archive,) = server.call("GET", f"/v1/archives/?agent_id={ada}")
    server.call("PATCH", f"/v1/agents/{eve}/archives/attach/{archive['id']}")

    ran = erase(made, "--allow", "data-loss", "--json")

    left = json.loads(ran.stdout)["erased"]["left"]
    assert f"block {diary} (diary): {eve} has it, too" in left
    assert any(each.startswith(f"archive {archive['id']}") and eve in each for each in left)
    assert diary in {row["id"] for row in server.list("blocks")}
    assert archive["id"] in {row["id"] for row in server.list("archives")}


def test_a_person_who_said_something_is_erased_only_with_consent(made: Project, server: RawServer) -> None:
    remember(server, "team_ada_helper")
    before = ids(server)
    refused = erase(made, exits=4)
    assert "data-loss" in refused.output
    assert ids(server) == before


def test_an_agent_that_was_saved_before_is_erased_from_this_machine_too(
    made: Project, server: RawServer, volume: Path
) -> None:
    remember(server, "team_ada_helper")
    ended = made.run("destroy", "team/ada", "--yes", "--allow", "data-loss", "--manifests", str(made.root))
    assert ended.exit_code == 0, ended.output
    assert holding(volume)

    ran = erase(made, "--json")

    assert len(json.loads(ran.stdout)["erased"]["here"]["files"]) == 2
    assert holding(volume) == []


def test_an_erased_person_is_not_brought_back_by_a_program(made: Project, tmp_path: Path) -> None:
    erase(made, "--allow", "data-loss")
    with (
        Constellations(made.root, base_url=made.url, cache=tmp_path / "bot.db") as bot,
        pytest.raises(UserLeft),
    ):
        bot.provision("ada")


def test_what_a_program_made_for_all_agents_of_the_person_goes_once(
    project: Project, server: RawServer, tmp_path: Path
) -> None:
    template = team(
        {"helper": agent("rules"), "aide": agent("rules")}, blocks={"rules": {"value": "be kind"}}
    )
    project.write("team.yaml", template, users("ada"))
    project.apply()
    with Constellations(project.root, base_url=project.url, cache=tmp_path / "bot.db") as bot:
        bot.user("ada").update_shared_memory("mood", SECRET)
    report = json.loads(erase(project, "--allow", "data-loss", "--json").stdout)["erased"]
    assert [each.split()[0] for each in report["on_server"] if not each.startswith("team/")] == ["block"]
    assert not any("has it, too" in each for each in report["left"])
    assert SECRET not in everything(server)


def test_other_persons_keep_what_is_theirs(made: Project, server: RawServer, volume: Path) -> None:
    for row in server.list("blocks"):
        if row["value"] == "be kind":
            server.call("PATCH", f"/v1/blocks/{row['id']}", {"value": "be rude"})
    made.apply()
    erase(made, "--allow", "data-loss")
    (file,) = volume.glob("*.db")
    with closing(sqlite3.connect(file)) as state:
        assert state.execute("SELECT address FROM history").fetchall() == [("team/eve/block/rules",)]


@pytest.mark.parametrize("selector", ["team/*", "team/ada/agent/helper", "shared", "team"])
def test_persons_are_named_one_by_one(made: Project, server: RawServer, selector: str) -> None:
    before = ids(server)
    words = ("destroy", selector, "--erase", "--yes", "--allow", "data-loss", "--manifests", str(made.root))
    assert made.run(*words).exit_code == 1
    assert ids(server) == before
