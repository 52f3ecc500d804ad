"""Files that manifests name: inside the project, read as exact text."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.manifest import load
from tests.manifest.trees import AGENT, VERSION, loaded, resources, said, tree

READS = "agents: {coach: {model: letta/letta-free, system: {file: base.md}}}"


def test_line_ends_become_lf_and_the_rest_stays(tmp_path: Path) -> None:
    tree(tmp_path, READS)
    (tmp_path / "base.md").write_bytes("\ufeff  one\r\ntwo \n\n".encode())
    leaves = resources(load([tmp_path], {}))["team/ada/agent/coach"].leaves
    assert leaves["system"] == "  one\ntwo \n\n"


def test_a_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "outside.md").write_text("secret\n")
    (project / "base.md").symlink_to(tmp_path / "outside.md")
    (found,) = said(tree(project, READS))
    assert found.summary == "'base.md' lies outside the project"


def test_a_matched_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "outside.md").write_text("secret\n")
    (project / "a.md").symlink_to(tmp_path / "outside.md")
    sources = "sources: {notes: {embedding: x/y, files: ['*.md']}}"
    assert "outside the project" in said(tree(project, sources))[0].summary


def test_a_loop_of_links_is_a_message(tmp_path: Path) -> None:
    tree(tmp_path, READS)
    (tmp_path / "base.md").symlink_to(tmp_path / "other.md")
    (tmp_path / "other.md").symlink_to(tmp_path / "base.md")
    assert len(said(tmp_path)) == 1


def test_the_folder_of_the_project_document_is_the_root(tmp_path: Path) -> None:
    team = tmp_path / "teams"
    team.mkdir()
    (tmp_path / "project.yaml").write_text(f"{VERSION}kind: Project\nname: demo\n")
    (tmp_path / "base.md").write_text("hello ${{ user.id }}\n")
    tree(team, READS.replace("base.md", "../base.md"))
    manifests = load([tmp_path], {})
    assert manifests.settings.name == "demo"
    assert manifests.settings.root == tmp_path
    assert resources(manifests)["team/ada/agent/coach"].leaves["system"] == "hello ada\n"


def test_the_folder_never_gives_the_name(tmp_path: Path) -> None:
    assert load([tree(tmp_path, AGENT)], {}).settings.name == ""


def test_folders_that_begin_with_a_dot_are_not_searched(tmp_path: Path) -> None:
    hidden = tmp_path / ".git"
    hidden.mkdir()
    (hidden / "bad.yaml").write_text(": not a manifest")
    assert said(tree(tmp_path, AGENT)) == ()


def test_a_file_that_is_not_yaml_by_name_is_read_when_it_is_named(tmp_path: Path) -> None:
    tree(tmp_path, AGENT)
    example = (tmp_path / "main.yaml").rename(tmp_path / "main.yaml.example")
    assert len(load([example], {}).desired().resources) == 1


def test_a_file_changed_after_load_is_not_read_again(tmp_path: Path) -> None:
    manifests = loaded(tmp_path, READS, base_md="before")
    (tmp_path / "base.md").write_text("after")
    assert resources(manifests)["team/ada/agent/coach"].leaves["system"] == "before"


@pytest.mark.parametrize("path", ["nowhere", "nowhere.yaml"])
def test_a_path_that_is_not_there_is_a_message(path: str, tmp_path: Path) -> None:
    assert "there is no file or folder" in said(tmp_path / path)[0].summary
