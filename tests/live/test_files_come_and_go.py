"""What becomes of a source's files: taken into the manifest and out of it, changed by apps, not processed."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.server import ServerInstance
from reconciler.server.database import Database
from reconciler.server.environment import environment_at
from tests.live.drifting import agent, drift, paths, team, users
from tests.live.files import contents, on_agent, processed, remove, rows, upload
from tests.live.project import Project
from tests.live.raw import RawServer

HELPER, NOTES = "team_ada_helper", "team_ada_notes"


def declare(project: Project, *files: str, **more: Any) -> None:
    """One source with these files of notes/."""
    notes = {"files": [f"notes/{name}" for name in files], **more}
    sources = {"notes": notes} if files else {"notes": {**more, "description": "bare"}}
    project.write("team.yaml", team({"helper": agent(sources=["notes"])}, sources=sources), users())


def put(project: Project, name: str, text: str) -> None:
    (project.root / "notes").mkdir(exist_ok=True)
    (project.root / "notes" / name).write_text(text, encoding="utf-8")


def folder(server: RawServer) -> str:
    (found,) = server.list("folders")
    return str(found["id"])


@pytest.fixture
def noted(project: Project, server: RawServer) -> Project:
    """A source with two files."""
    put(project, "a.md", "about a")
    put(project, "b.md", "about b")
    declare(project, "a.md", "b.md")
    project.apply()
    processed(server, folder(server))
    return project


def apply(project: Project, server: RawServer, *options: str) -> None:
    project.apply(*options)
    processed(server, folder(server))


def test_a_new_file_is_no_drift(noted: Project, server: RawServer) -> None:
    put(noted, "c.md", "about c")
    declare(noted, "a.md", "b.md", "c.md")
    assert not drift(noted)["drift"]
    apply(noted, server)
    assert contents(server, folder(server))["c.md"] == "about c"
    noted.assert_settled()


@pytest.mark.parametrize("left", [["a.md"], []], ids=["one of two", "the last ones"])
def test_a_file_that_is_taken_out_goes(noted: Project, server: RawServer, left: list[str]) -> None:
    declare(noted, *left)
    apply(noted, server)
    assert sorted(contents(server, folder(server))) == left
    assert sorted(on_agent(server, HELPER)) == [f"{NOTES}/{name}" for name in left]
    noted.assert_settled()


@pytest.mark.parametrize("text", ["ABOUT B", "learned more about b"], ids=["as long", "longer"])
def test_a_file_that_an_app_changed_stays_when_it_is_taken_out(
    noted: Project, server: RawServer, text: str
) -> None:
    changed(noted, server, "b.md", text)
    declare(noted, "a.md")
    assert [each["field"]["path"] for each in noted.plan()["learned"]] == ["files[b.md]"]
    apply(noted, server)
    assert contents(server, folder(server)) == {"a.md": "about a", "b.md": text}
    noted.assert_settled()
    declare(noted, "a.md", "b.md")
    assert [each["field"]["path"] for each in noted.plan()["learned"]] == ["files[b.md]"]


def changed(project: Project, server: RawServer, name: str, text: str) -> None:
    """An app puts a file of its own in the place of ours."""
    (old,) = (each["id"] for each in rows(server, folder(server)) if each["original_file_name"] == name)
    remove(server, folder(server), old)
    upload(server, folder(server), name, text.encode())


def test_a_file_that_an_app_changed_stays_when_the_manifest_has_another(
    noted: Project, server: RawServer
) -> None:
    changed(noted, server, "b.md", "ABOUT B")
    put(noted, "b.md", "new about b")
    plan = noted.plan()
    assert not plan["changes"]
    assert [each["reason"] for each in plan["kept"]] == ["seed_changed"]
    apply(noted, server, "--reseed", "team/ada/source/notes")
    assert contents(server, folder(server)) == {"a.md": "about a", "b.md": "new about b"}
    noted.assert_settled()


def test_a_saved_plan_knows_what_an_app_changed_meanwhile(noted: Project, server: RawServer) -> None:
    declare(noted, "a.md")
    saved = noted.root.parent / "plan.json"
    assert noted.run("plan", str(noted.root), "-o", str(saved)).exit_code == 0
    changed(noted, server, "b.md", "ABOUT B")
    result = noted.run("apply", str(saved), "--root", str(noted.root), "--yes")
    assert result.exit_code == 4, result.output
    assert contents(server, folder(server))["b.md"] == "ABOUT B"


def test_a_saved_plan_takes_a_file_out(noted: Project, server: RawServer) -> None:
    declare(noted, "a.md")
    saved = noted.root.parent / "plan.json"
    assert noted.run("plan", str(noted.root), "-o", str(saved)).exit_code == 0
    result = noted.run("apply", str(saved), "--root", str(noted.root), "--yes")
    assert result.exit_code == 0, result.output
    assert sorted(contents(server, folder(server))) == ["a.md"]


def test_files_of_run_time_stay_whatever_the_manifest_drops(noted: Project, server: RawServer) -> None:
    upload(server, folder(server), "insight.md", b"she likes tea")
    declare(noted, "a.md")
    apply(noted, server)
    assert sorted(contents(server, folder(server))) == ["a.md", "insight.md"]


def test_a_second_file_of_a_name_is_said_with_what_to_type(noted: Project, server: RawServer) -> None:
    second = upload(server, folder(server), "a.md", b"another a")
    first = next(each["id"] for each in rows(server, folder(server)) if each["original_file_name"] == "a.md")
    said = noted.run("plan", str(noted.root), "-v").output
    assert first in said
    assert second in said
    assert f"/v1/folders/{folder(server)}/{first}" in " ".join(said.split())
    apply(noted, server)
    assert len(rows(server, folder(server))) == 3
    apply(noted, server, "--reseed", "team/ada/source/notes")
    assert contents(server, folder(server)) == {"a.md": "about a", "b.md": "about b"}
    assert sorted(on_agent(server, HELPER)) == [f"{NOTES}/a.md", f"{NOTES}/b.md"]
    noted.assert_settled()


def test_a_second_file_goes_where_files_are_enforced(noted: Project, server: RawServer) -> None:
    declare(noted, "a.md", "b.md", ownership={"files": "enforced"})
    apply(noted, server)
    upload(server, folder(server), "a.md", b"another a")
    assert paths(drift(noted, exit_code=2), "drift") == [("source/notes", "files[a.md]")]
    apply(noted, server)
    assert contents(server, folder(server)) == {"a.md": "about a", "b.md": "about b"}
    assert sorted(on_agent(server, HELPER)) == [f"{NOTES}/a.md", f"{NOTES}/b.md"]
    noted.assert_settled()


def broken(letta_server: ServerInstance, name: str) -> None:
    """What becomes of a file whose embedding model does not answer."""
    database = Database(letta_server.paths, environment_at(letta_server.paths.home))
    words = f"processing_status = 'error', error_message = 'no embedding' where original_file_name = '{name}'"
    database.sql(f"update files set {words}")


def test_a_file_the_server_could_not_process_is_drift_and_sent_again(
    noted: Project, server: RawServer, letta_server: ServerInstance
) -> None:
    broken(letta_server, "a.md")
    assert paths(drift(noted, exit_code=2), "drift") == [("source/notes", "files[a.md]")]
    assert "no embedding" in noted.run("plan", str(noted.root)).output
    said = noted.run("doctor", str(noted.root)).output
    assert "a.md" in said
    assert "no embedding" in said
    apply(noted, server)
    assert {each["processing_status"] for each in rows(server, folder(server))} == {"completed"}
    assert contents(server, folder(server))["a.md"] == "about a"
    noted.assert_settled()


def test_apply_says_what_is_still_being_processed_and_can_wait_for_it(
    project: Project, server: RawServer
) -> None:
    put(project, "a.md", "about a")
    declare(project, "a.md")
    said = project.run("apply", str(project.root), "--yes").output
    assert "1 file of team/ada/source/notes is processed" in said
    put(project, "a.md", "more about a")
    document = project.apply("--wait")
    assert not document["processing"]
    assert {each["processing_status"] for each in rows(server, folder(server))} == {"completed"}


def test_apply_that_waits_says_what_could_not_be_processed(project: Project, server: RawServer) -> None:
    put(project, "a.md", "no \0 text")
    declare(project, "a.md")
    result = project.run("apply", str(project.root), "--yes", "--wait")
    assert result.exit_code == 3, result.output
    assert "not processed: team/ada/source/notes: a.md" in result.output
    assert [each["field"]["path"] for each in project.plan()["drift"]] == ["files[a.md]"]
