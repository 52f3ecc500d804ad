"""Files of sources stay where they are on every agent, whatever else holds a file of their name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.drifting import agent, team, users
from tests.live.files import contents, on_agent, processed
from tests.live.project import Project
from tests.live.raw import RawServer

HELPER, WORKER = "team_ada_helper", "team_ada_worker"
ONE, TWO = "team_ada_one", "team_ada_two"


def put(project: Project, **texts: str) -> None:
    """`one="text"` writes one/README.md."""
    for name, text in texts.items():
        (project.root / name).mkdir(exist_ok=True)
        (project.root / name / "README.md").write_text(text, encoding="utf-8")


def source(*patterns: str, **more: Any) -> dict[str, Any]:
    return {"files": list(patterns), **more}


def everything_processed(server: RawServer) -> None:
    for folder in server.list("folders"):
        processed(server, folder["id"])


@pytest.fixture
def two_readmes(project: Project, server: RawServer) -> Project:
    """Two sources of one agent that hold a file of one name; another agent has one of them."""
    put(project, one="about one", two="about two")
    sources = {"one": source("one/*.md"), "two": source("two/*.md")}
    agents = {"helper": agent(sources=["one", "two"]), "worker": agent(sources=["one"])}
    project.write("team.yaml", team(agents, sources=sources), users())
    project.apply()
    everything_processed(server)
    return project


def test_two_sources_with_a_file_of_one_name_are_both_updated(
    two_readmes: Project, server: RawServer
) -> None:
    put(two_readmes, one="more about one", two="more about two")
    two_readmes.apply()
    everything_processed(server)
    one = {f"{ONE}/README.md": "more about one"}
    assert on_agent(server, HELPER) == one | {f"{TWO}/README.md": "more about two"}
    assert on_agent(server, WORKER) == one
    two_readmes.assert_settled()


def test_a_shared_source_and_one_of_a_user_are_both_updated(project: Project, server: RawServer) -> None:
    put(project, one="about one", rules="be kind")
    shared = {"kind": "Shared", "sources": {"rules": source("rules/*.md", embedding=EMBEDDING)}}
    agents = {"helper": agent(sources=["one", "shared/rules"])}
    project.write("team.yaml", team(agents, sources={"one": source("one/*.md")}), users(), shared)
    project.apply()
    everything_processed(server)
    put(project, one="more about one", rules="be very kind")
    project.apply()
    everything_processed(server)
    (rules,) = (each["name"] for each in server.list("folders") if each["name"] != ONE)
    assert on_agent(server, HELPER) == {
        f"{ONE}/README.md": "more about one",
        f"{rules}/README.md": "be very kind",
    }
    project.assert_settled()


def test_a_file_keeps_its_place_when_it_is_updated_again_and_again(
    two_readmes: Project, server: RawServer
) -> None:
    for text in ("second", "third", "fourth"):
        put(two_readmes, one=text)
        two_readmes.apply()
        everything_processed(server)
        assert on_agent(server, HELPER)[f"{ONE}/README.md"] == text
    assert [len(contents(server, each["id"])) for each in server.list("folders")] == [1, 1]


EMBEDDING = "openai/text-embedding-3-small"


@pytest.mark.parametrize("is_processed", [True, False], ids=["processed", "just uploaded"])
def test_a_source_that_was_taken_off_is_put_back_in_one_apply(
    project: Project, server: RawServer, is_processed: bool
) -> None:
    put(project, one="about one")
    agents = {"helper": agent(sources=["one"]), "worker": agent()}
    groups = {"main": {"agents": ["helper", "worker"], "description": "both"}}
    project.write("team.yaml", team(agents, sources={"one": source("one/*.md")}, groups=groups), users())
    project.apply()
    if is_processed:
        everything_processed(server)
    (folder,), helper = server.list("folders"), server.agent(HELPER)["id"]
    server.call("PATCH", f"/v1/agents/{helper}/folders/detach/{folder['id']}")
    groups["main"]["description"] = "both of them"
    project.write("team.yaml", team(agents, sources={"one": source("one/*.md")}, groups=groups), users())
    (said,) = project.plan()["diagnostics"]
    assert said["summary"] == "gets team/ada/source/one back, and its files stay closed to it"
    done = project.apply()
    everything_processed(server)
    assert [each["id"] for each in server.agent(HELPER)["sources"]] == [folder["id"]]
    if is_processed:
        assert done["closed"] == [{"agent": "team/ada/agent/helper", "source": "team/ada/source/one"}]
        assert on_agent(server, HELPER) == {}
    project.assert_settled()
    put(project, one="more about one")
    project.apply()
    everything_processed(server)
    assert on_agent(server, HELPER) == {f"{ONE}/README.md": "more about one"}


def test_a_source_that_is_put_back_after_it_was_dropped_says_that_its_files_stay_closed(
    two_readmes: Project, server: RawServer
) -> None:
    sources = {"one": source("one/*.md"), "two": source("two/*.md")}
    for has in (["two"], ["one", "two"]):
        agents = {"helper": agent(sources=has), "worker": agent(sources=["one"])}
        two_readmes.write("team.yaml", team(agents, sources=sources), users())
        done = two_readmes.run("apply", str(two_readmes.root), "--yes")
        assert done.exit_code == 0, done.output
    assert (
        "team/ada/agent/helper has team/ada/source/one again, but the server keeps its files" in done.output
    )
    assert on_agent(server, HELPER) == {f"{TWO}/README.md": "about two"}
    assert on_agent(server, WORKER) == {f"{ONE}/README.md": "about one"}


def test_files_of_a_renamed_source_keep_their_paths_and_that_is_said(
    two_readmes: Project, server: RawServer
) -> None:
    sources = {"one": source("one/*.md", name="first"), "two": source("two/*.md")}
    agents = {"helper": agent(sources=["one", "two"]), "worker": agent(sources=["one"])}
    two_readmes.write("team.yaml", team(agents, sources=sources), users())
    before = on_agent(server, HELPER)

    (said,) = two_readmes.plan()["diagnostics"]
    assert said["summary"] == f"its files keep their paths: {ONE}/… and not first/…"
    two_readmes.apply()

    assert on_agent(server, HELPER) == before
    two_readmes.assert_settled()
    put(two_readmes, one="more about one")
    two_readmes.apply()
    everything_processed(server)
    assert on_agent(server, WORKER) == {"first/README.md": "more about one"}
