"""The Project documents of a folder are found without anything else in it being right."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import ManifestError
from reconciler.manifest import Safety, projects_below

PROJECT = "apiVersion: reconciler/v1\nkind: Project\nname: demo\nsafety: {max_deletes: 0}\n"


def write(root: Path, **files: str) -> Path:
    for name, text in files.items():
        file = root / name.replace("__", "/").replace("_yaml", ".yaml")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


def test_settings_are_those_of_the_document(tmp_path: Path) -> None:
    write(tmp_path, a__p_yaml=PROJECT + "env: [WHERE]\nserver: {url: '${{ env.WHERE }}'}\n")
    (settings,) = projects_below(tmp_path, {"WHERE": "http://localhost:9"})
    assert (settings.name, settings.safety, settings.root) == ("demo", Safety(max_deletes=0), tmp_path / "a")
    assert settings.server_url == "http://localhost:9"


@pytest.mark.parametrize(
    "text",
    [
        PROJECT,
        PROJECT.replace("kind: Project", "kind: 'Project'"),
        '{"apiVersion": "reconciler/v1", "kind": "Project", "name": "demo", "safety": {"max_deletes": 0}}',
        f"{PROJECT}---\napiVersion: reconciler/v1\nkind: Shared\nblocks: {{x: {{valu: wrong}}}}\n",
    ],
)
def test_a_project_is_found_however_it_is_written(tmp_path: Path, text: str) -> None:
    write(tmp_path, p_yaml=text)
    assert [each.safety.max_deletes for each in projects_below(tmp_path, {})] == [0]


def test_every_project_is_found_and_what_is_not_ours_is_passed_over(tmp_path: Path) -> None:
    write(
        tmp_path,
        a__p_yaml=PROJECT,
        b__p_yaml=PROJECT.replace("demo", "other"),
        broken_yaml="Project: [",
        tagged_yaml="x: !!python/name:Project ''",
        foreign_yaml="apiVersion: argoproj.io/v1\nkind: Project\nspec: {}\n",
        users_yaml="apiVersion: reconciler/v1\nkind: Users\nconstellation: gone\n",
    )
    assert [each.name for each in projects_below(tmp_path, {})] == ["demo", "other"]


def test_nothing_there_is_no_error(tmp_path: Path) -> None:
    assert projects_below(tmp_path, {}) == ()


@pytest.mark.parametrize("more", ["safety: {max_delete: 1}\n", "safety: [\n", "safety: {max_deletes: -1}\n"])
def test_a_project_that_is_wrong_is_an_error_and_not_the_usual_limits(tmp_path: Path, more: str) -> None:
    write(tmp_path, p_yaml="apiVersion: reconciler/v1\nkind: Project\nname: demo\n" + more)
    with pytest.raises(ManifestError):
        projects_below(tmp_path, {})
