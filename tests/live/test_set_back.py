"""A server that was restored from a backup is noticed by whoever remembers more than it does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.live.drifting import agent, team, users
from tests.live.project import Project
from tests.live.raw import RawServer

pytestmark = pytest.mark.server


def declared(system: str) -> dict[str, Any]:
    return team({"helper": agent(system=system)})


@contextmanager
def restored(server: RawServer) -> Iterator[None]:
    """The block does something to the server; afterwards its agents and records are those of before."""
    agents, records = server.list("agents"), server.records()
    yield
    for row in agents:
        server.call("PATCH", f"/v1/agents/{row['id']}", {"system": row["system"]})
    for row in records:
        server.call("PATCH", f"/v1/blocks/{row['id']}", {"value": row["value"]})


@pytest.fixture
def behind(project: Project, server: RawServer) -> Project:
    """Two users; the server forgot the last apply to both."""
    project.write("team.yaml", declared("first"), users("ada", "bob"))
    project.apply()
    with restored(server):
        project.write("team.yaml", declared("second"), users("ada", "bob"))
        assert project.apply()["serials"] == {"team/ada": 2, "team/bob": 2}
    return project


def test_plan_drift_apply_and_destroy_say_so_and_nothing_is_written(
    behind: Project, server: RawServer
) -> None:
    before = server.everything()
    root = str(behind.root)
    for words in (
        ("plan", root),
        ("drift", root),
        ("apply", root, "--yes"),
        ("apply", root, "--yes", "--force", "--user", "ada"),
        ("destroy", "team/ada", "--yes", "--manifests", root),
    ):
        said = behind.run(*words)
        assert said.exit_code == 4, said.output
        assert "the record of team/ada is at write 1, 2 was seen" in " ".join(said.output.split())
    assert server.everything() == before


def test_a_person_goes_on_from_what_is_there(behind: Project) -> None:
    root = str(behind.root)
    assert behind.run("plan", root, "--allow", "restored").exit_code == 0
    assert behind.run("plan", root).exit_code == 4
    behind.apply("--allow", "restored")
    behind.assert_settled()
    assert behind.run("drift", root).exit_code == 0


def test_it_is_settled_also_where_there_is_nothing_to_do(behind: Project) -> None:
    behind.write("team.yaml", declared("first"), users("ada", "bob"))
    behind.apply("--allow", "restored")
    behind.assert_settled()


def test_a_machine_without_memory_is_told_which_number_to_expect(behind: Project, tmp_path: Path) -> None:
    clean = replace(behind, cache=tmp_path / "clean" / "cache.db")
    root = str(behind.root)
    assert clean.run("plan", root).exit_code == 0
    for words in (("plan", root), ("drift", root), ("apply", root, "--yes")):
        refused = clean.run(*words, "--expect-serial", "team/bob=2")
        assert refused.exit_code == 4, refused.output
        assert "the record of team/bob is at write 1, 2 was seen" in " ".join(refused.output.split())
        assert "team/ada" not in refused.output.partition("R116")[2]
    assert clean.run("plan", root, "--expect-serial", "team/bob=1").exit_code == 0
    missing = clean.run("plan", root, "--expect-serial", "team/zoe=1")
    assert missing.exit_code == 4, missing.output


def test_a_saved_plan_remembers_it(project: Project, server: RawServer, tmp_path: Path) -> None:
    project.write("team.yaml", declared("first"), users("ada"))
    project.apply()
    with restored(server):
        project.write("team.yaml", declared("second"), users("ada"))
        project.apply()
        project.write("team.yaml", declared("third"), users("ada"))
        saved = tmp_path / "plan.json"
        project.plan("-o", str(saved))
    clean = replace(project, cache=tmp_path / "clean" / "cache.db")
    assert clean.run("apply", str(saved), "--yes", "--root", str(project.root)).exit_code == 4


def test_a_set_that_was_destroyed_and_made_again_is_not_behind(project: Project, tmp_path: Path) -> None:
    project.write("team.yaml", declared("first"), users("ada"))
    project.apply()
    project.write("team.yaml", declared("second"), users("ada"))
    project.apply()
    other = replace(project, cache=tmp_path / "other" / "cache.db")
    gone = other.run("destroy", "team/ada", "--yes", "--manifests", str(project.root))
    assert gone.exit_code == 0, gone.output
    other.apply("--yes")
    project.assert_settled()


def test_a_word_that_is_no_number_of_a_set_is_a_usage_error(project: Project) -> None:
    for word in ("7", "team/ada", "team/ada=x", "team=7", "="):
        said = project.run("plan", str(project.root), "--expect-serial", word)
        assert said.exit_code == 1
        assert "pattern/42=7" in said.output
