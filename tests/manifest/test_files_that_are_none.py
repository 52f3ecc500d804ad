"""Pipes, devices, endless and strange files in the place of manifests and of what they name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.errors import Diagnostic
from reconciler.manifest import validate
from tests.manifest.limited import SECONDS, Runner, runner
from tests.manifest.trees import AGENT, VERSION, loaded, resources, said, tree

NAMED = {
    "a text": "blocks: {a: {value: {file: odd.csv}}}\n" + AGENT,
    "a source": "sources: {a: {embedding: letta/letta-free, files: [odd.csv]}}\n" + AGENT,
    "a table": AGENT,
}


@pytest.fixture(scope="module")
def process() -> Iterator[Runner]:
    with runner() as started:
        yield started


def odd(path: Path, kind: str) -> None:
    """Something at a path that is not an ordinary file."""
    match kind:
        case "a pipe":
            os.mkfifo(path)
        case "a device":
            path.symlink_to("/dev/zero")
        case "a terminal":
            path.symlink_to("/dev/tty")
        case "a sparse file":
            with path.open("wb") as stream:
                stream.truncate(6_000_000_000)
        case "a circle of links":
            path.symlink_to(path.name)
        case "a link to nothing":
            path.symlink_to("nowhere")


KINDS = ["a pipe", "a device", "a terminal", "a sparse file", "a circle of links", "a link to nothing"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_manifest_that_is_no_file_is_an_error_soon(tmp_path: Path, process: Runner, kind: str) -> None:
    tree(tmp_path, AGENT)
    odd(tmp_path / "odd.yaml", kind)
    ran = process.run("validate", str(tmp_path), said=tmp_path / "said.txt")
    assert ran.status == 1
    assert ran.said.startswith("error: odd.yaml: ")
    assert ran.seconds < SECONDS
    assert ran.peak < 200


@pytest.mark.parametrize("kind", ["a pipe", "a device", "a sparse file", "a circle of links"])
def test_patterns_that_are_no_file_are_an_error_soon(tmp_path: Path, process: Runner, kind: str) -> None:
    tree(tmp_path, AGENT)
    odd(tmp_path / ".reconcilerignore", kind)
    ran = process.run("validate", str(tmp_path), said=tmp_path / "said.txt")
    assert ran.status == 1
    assert ".reconcilerignore' cannot be read" in ran.said
    assert ran.seconds < SECONDS
    assert ran.peak < 200


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("use", NAMED)
def test_a_file_that_is_none_is_an_error_at_its_name(
    tmp_path: Path, process: Runner, kind: str, use: str
) -> None:
    users = "from: {file: odd.csv}" if use == "a table" else "users: [{id: ada}]"
    tree(tmp_path, NAMED[use], users)
    odd(tmp_path / "odd.csv", kind)
    ran = process.run("validate", str(tmp_path), said=tmp_path / "said.txt")
    assert ran.status == 1
    assert "odd.csv" in ran.said
    assert ran.seconds < SECONDS
    assert ran.peak < 200


def test_a_manifest_behind_a_link_out_of_the_project_is_not_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("kind: Secret\n", encoding="utf-8")
    project = tmp_path / "project"
    project.mkdir()
    tree(project, AGENT)
    (project / "linked.yaml").symlink_to(outside)
    (only,) = said(project)
    assert str(only.where) == "linked.yaml"
    assert only.summary == "the manifest lies outside the project"


def test_a_link_to_a_manifest_of_the_project_is_that_manifest(tmp_path: Path) -> None:
    tree(tmp_path, AGENT)
    (tmp_path / "again.yaml").symlink_to("main.yaml")
    assert said(tmp_path) == ()


def test_a_link_out_of_a_folder_into_the_project_is_fine(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "teams").mkdir()
    (tmp_path / "project.yaml").write_text(f"{VERSION}kind: Project\nname: demo\n", encoding="utf-8")
    tree(tmp_path / "shared", AGENT)
    (tmp_path / "teams" / "team.yaml").symlink_to("../shared/main.yaml")
    assert validate([tmp_path / "project.yaml", tmp_path / "teams"], {}) == ()


@pytest.mark.parametrize(
    "text",
    [
        f"value: {{file: {'x' * 5_000}}}",
        f"value: {{file: {'x/' * 5_000}y}}",
        "value: {file: main.yaml/x}",
    ],
)
def test_a_name_no_file_can_have_is_an_error_with_its_place(tmp_path: Path, text: str) -> None:
    tree(tmp_path, f"blocks: {{a: {{{text}}}}}\n{AGENT}")
    (only,) = said(tmp_path)
    assert str(only.where) == f"main.yaml:4:{text.index('file: ') + 20}"


def test_a_path_no_file_can_have_is_an_error() -> None:
    (only,) = validate([Path("x" * 5_000)], {})
    assert "there is no file or folder" in only.summary
    assert len(only.summary) < 300


HIDDEN = {
    ".git/config": "blocks: {a: {value: {file: .git/config}}}\n",
    ".env": "sources: {a: {embedding: letta/letta-free, files: [.env]}}\n",
    ".keys/a.txt": "sources: {a: {embedding: letta/letta-free, files: ['.keys/*.txt']}}\n",
}


def hidden(folder: Path, name: str, project: str) -> tuple[Diagnostic, ...]:
    tree(folder, HIDDEN[name] + AGENT)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("secret", encoding="utf-8")
    (folder / "project.yaml").write_text(f"{VERSION}kind: Project\nname: demo\n{project}", encoding="utf-8")
    return said(folder)


@pytest.mark.parametrize("name", HIDDEN)
def test_a_hidden_file_is_refused(tmp_path: Path, name: str) -> None:
    (only,) = hidden(tmp_path, name, "")
    assert only.summary.endswith("is hidden")
    assert only.hint.endswith(f"hidden_files: [{name}]")


@pytest.mark.parametrize("name", HIDDEN)
def test_a_hidden_file_that_the_project_names_is_fine(tmp_path: Path, name: str) -> None:
    assert hidden(tmp_path, name, f"hidden_files: [{name}]\n") == ()


def test_a_link_to_a_hidden_file_is_refused_like_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("secret", encoding="utf-8")
    (tmp_path / "open.md").symlink_to(".env")
    tree(tmp_path, "blocks: {a: {value: {file: open.md}}}\n" + AGENT)
    (only,) = said(tmp_path)
    assert only.summary == "'open.md' is hidden"


def test_patterns_that_repeat_any_folders_are_quick(tmp_path: Path, process: Runner) -> None:
    below = tmp_path
    for number in range(30):
        below = below / f"d{number}"
        below.mkdir()
        (below / "x.md").write_text(str(number), encoding="utf-8")
    patterns = ", ".join([f"'{'**/' * 20}nothing.md'"] * 200 + ["'**/d29/*.md'"])
    tree(tmp_path, f"sources: {{a: {{embedding: letta/letta-free, files: [{patterns}]}}}}\n{AGENT}")
    ran = process.run("validate", str(tmp_path), said=tmp_path / "said.txt")
    assert "no file matches" in ran.said
    assert ran.seconds < SECONDS


def test_a_pattern_finds_files_at_any_depth_but_none_that_are_hidden(tmp_path: Path) -> None:
    for name in ("a.md", "one/b.md", "one/two/c.md", "one/.d.md", ".e/f.md", "one/g.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    manifests = loaded(tmp_path, "sources: {k: {embedding: letta/letta-free, files: ['**/*.md']}}\n" + AGENT)
    leaves = resources(manifests)["team/ada/source/k"].leaves
    assert {path for path in leaves if path.startswith("files[")} == {
        "files[a.md]",
        "files[b.md]",
        "files[c.md]",
    }
