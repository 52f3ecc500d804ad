"""A source in use: what is added is embedded, found, and called learned by a plan."""

from __future__ import annotations

from pathlib import Path

from reconciler import Constellations
from reconciler.runtime import UserSet
from tests.live.files import on_agent
from tests.live.project import Project
from tests.live.raw import RawServer
from tests.runtime import team

INSIGHT = "User underestimates task time by 3x"


def test_an_insight_is_found(user: UserSet) -> None:
    notes = user.source("notes")
    notes.add("Likes tea in the morning")
    file = notes.add(INSIGHT)
    hits = notes.search("time of a task", 1)
    assert [(hit.text, hit.file, hit.score) for hit in hits] == [(INSIGHT, file, None)]


def test_scores_say_how_near_a_passage_is(user: UserSet) -> None:
    notes = user.source("notes")
    notes.add("Likes tea in the morning")
    notes.add(INSIGHT)
    near, far = notes.search("task time", scores=True)
    assert near.text == INSIGHT
    assert near.score is not None
    assert far.score is not None
    assert 1.0 >= near.score > far.score


def test_one_insight_twice_is_one_file(user: UserSet, server: RawServer) -> None:
    user.source("notes").add(INSIGHT)
    user.source("notes").add(INSIGHT)
    user.source("notes").add("other", name="my note")
    (folder,) = server.list("folders")
    names = sorted(f["original_file_name"] for f in server.call("GET", f"/v1/folders/{folder['id']}/files"))
    assert len(names) == 2
    assert "my-note.md" in names


def test_a_note_that_is_written_anew_stays_where_agents_open_it(user: UserSet, server: RawServer) -> None:
    notes = user.source("notes")
    notes.add("tea", name="drinks")
    (before,) = on_agent(server, "team_42_lead")
    notes.add("coffee", name="drinks")
    assert on_agent(server, "team_42_lead") == {before: "coffee"}


def test_a_source_without_declared_files_stays_settled(user: UserSet, project: Project) -> None:
    user.source("notes").add(INSIGHT)
    project.assert_settled()


def test_beside_declared_files_an_insight_is_learning(letta_url: str, tmp_path: Path) -> None:
    made = team.constellation()
    made["sources"]["notes"]["files"] = ["seed.md"]
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "seed.md").write_text("a seed", encoding="utf-8")
    project = Project(folder, letta_url, tmp_path / "cache.db")
    project.write("all.yaml", {"kind": "Project", "name": "demo"}, made)
    with Constellations(folder, base_url=letta_url, cache=project.cache) as constellations:
        file = constellations.provision("42").source("notes").add(INSIGHT)
    plan = project.plan()
    assert not plan["changes"]
    assert [found["field"]["path"] for found in plan["learned"]] == [f"files[{file}]"]
