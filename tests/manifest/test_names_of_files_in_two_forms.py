"""A file is found whichever way the accents of its name are written; nothing else is found by that."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from reconciler.manifest import load

from .trees import resources, said, tree

FORMS = ("NFC", "NFD")
SYSTEM = "agents: {{coach: {{model: m, system: {{file: '{}'}}}}}}"
FILES = "sources: {{notes: {{embedding: e, files: ['{}']}}}}"


def in_form(form: str, text: str = "café.md") -> str:
    return unicodedata.normalize(form, text)  # type: ignore[arg-type]


def system_of(folder: Path) -> object:
    return resources(load([folder], {}))["team/ada/agent/coach"].leaves["system"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that has something beside it."""
    made = tmp_path / "project"
    made.mkdir()
    return made


@pytest.mark.parametrize("on_disk", FORMS)
@pytest.mark.parametrize("written", FORMS)
def test_a_text_is_found_in_both_forms(written: str, on_disk: str, project: Path) -> None:
    folder = project / in_form(on_disk, "é")
    folder.mkdir()
    (folder / in_form(on_disk)).write_text("hello")
    assert system_of(tree(project, SYSTEM.format(in_form(written, "é/café.md")))) == "hello"


@pytest.mark.parametrize("on_disk", FORMS)
@pytest.mark.parametrize("written", FORMS)
@pytest.mark.parametrize("pattern", ["café.md", "caf[é].*", "é/../café.md", "*é.md"])
def test_a_file_of_a_source_is_found_in_both_forms(
    pattern: str, written: str, on_disk: str, project: Path
) -> None:
    (project / in_form(on_disk, "é")).mkdir()
    (project / in_form(on_disk)).write_text("hello")
    if "[" in pattern and written == "NFD":
        pytest.skip("a class of two characters is another class")
    tree(project, FILES.format(in_form(written, pattern)))
    leaves = resources(load([project], {}))["team/ada/source/notes"].leaves
    assert [unicodedata.normalize("NFC", path) for path in leaves if path.startswith("files[")] == [
        "files[café.md]"
    ]


@pytest.mark.parametrize("written", FORMS)
def test_where_both_exist_the_exact_one_wins(written: str, project: Path) -> None:
    for form in FORMS:
        (project / in_form(form)).write_text(form)
    assert system_of(tree(project, SYSTEM.format(in_form(written)))) == written


@pytest.mark.parametrize("on_disk", FORMS)
@pytest.mark.parametrize("written", FORMS)
def test_a_table_is_found_in_both_forms(written: str, on_disk: str, project: Path) -> None:
    (project / in_form(on_disk, "é.csv")).write_text("id\nada\n")
    tree(project, "agents: {coach: {model: m}}", f"from: {{file: {in_form(written, 'é.csv')}}}")
    assert "team/ada/agent/coach" in resources(load([project], {}))


@pytest.mark.parametrize("on_disk", FORMS)
@pytest.mark.parametrize("written", FORMS)
def test_it_opens_no_way_to_a_hidden_file(written: str, on_disk: str, project: Path) -> None:
    (project / in_form(on_disk, ".é.md")).write_text("secret")
    (found,) = said(tree(project, SYSTEM.format(in_form(written, ".é.md"))))
    assert "is hidden" in found.summary


@pytest.mark.parametrize("on_disk", FORMS)
@pytest.mark.parametrize("written", FORMS)
def test_it_opens_no_way_out(written: str, on_disk: str, project: Path) -> None:
    (project.parent / in_form(on_disk)).write_text("secret")
    (project / in_form(on_disk, "link-é.md")).symlink_to(project.parent / in_form(on_disk))
    for name in ("../café.md", "link-é.md", "é/../../café.md"):
        (found,) = said(tree(project, SYSTEM.format(in_form(written, name))))
        assert "lies outside the project" in found.summary


@pytest.mark.parametrize(
    "name", ["\uff0e\uff0e/é.md", "\u2024é.md", "\u2025/é.md", "é\u2215..\u2215..\u2215x"]
)
def test_wide_dots_and_slashes_are_letters(name: str, project: Path) -> None:
    (project.parent / "é.md").write_text("secret")
    (project / ".é.md").write_text("secret")
    (found,) = said(tree(project, SYSTEM.format(name)))
    assert found.summary.startswith("there is no file")
