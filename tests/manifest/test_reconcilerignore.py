"""`.reconcilerignore` leaves YAML files out, by the rules of .gitignore."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.errors import ManifestError
from reconciler.manifest import load
from reconciler.manifest.files.ignore_file import Ignore
from reconciler.manifest.yaml.findings import Findings
from tests.manifest.trees import AGENT, resources, said, tree

BROKEN = "apiVersion: reconciler/v1\nkind: Nothing\n"
FILES = (
    "a.yaml",
    "b.yml",
    "draft.yaml",
    "x.draft.yaml",
    "ci/a.yaml",
    "ci/deep/a.yaml",
    "charts/values.yaml",
    "charts/one/values.yaml",
    "charts/one/two/values.yaml",
    "charts/ours.yaml",
    "src/ci/a.yaml",
    "a b.yaml",
    "#hash.yaml",
    "!bang.yaml",
    "f1.yaml",
    "f2.yaml",
    "fx.yaml",
)
CASES = json.loads((Path(__file__).parents[1] / "cases" / "ignored.json").read_text(encoding="utf-8"))
"""Lines, and which of the files `git ls-files --others --exclude-standard` leaves out (2.39, measured)."""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}\n")
    return tmp_path


def walked(root: Path) -> set[str]:
    """Files that are not left out, in the way the loader walks."""
    kept, pending = set(), [(root, Ignore())]
    while pending:
        folder, ignore = pending.pop()
        ignore = ignore.inside(folder, Findings())
        for each in folder.iterdir():
            if each.is_dir() and not ignore.covers(each, is_folder=True):
                pending.append((each, ignore))
            elif each.is_file() and not each.name.startswith(".") and not ignore.covers(each):
                kept.add(each.relative_to(root).as_posix())
    return kept


@pytest.mark.parametrize("case", CASES, ids=lambda case: "|".join(case["lines"]))
def test_it_leaves_out_what_git_would(case: dict[str, list[str]], files: Path) -> None:
    (files / ".reconcilerignore").write_text("\n".join(case["lines"]) + "\n")
    assert sorted(set(FILES) - walked(files)) == case["ignored"]


def test_an_ignored_manifest_is_not_read(tmp_path: Path) -> None:
    tree(tmp_path, AGENT)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "bad.yaml").write_text(BROKEN)
    assert said(tmp_path)
    (tmp_path / ".reconcilerignore").write_text("# not ours\nold/\n")
    assert said(tmp_path) == ()
    assert set(resources(load([tmp_path], {}))) == {"team/ada/agent/coach"}


def test_a_file_further_in_adds_to_those_above(tmp_path: Path) -> None:
    tree(tmp_path, AGENT)
    (tmp_path / "old").mkdir()
    for name in ("bad.yaml", "other.yaml"):
        (tmp_path / "old" / name).write_text(BROKEN)
    (tmp_path / ".reconcilerignore").write_text("bad.yaml\n")
    (tmp_path / "old" / ".reconcilerignore").write_text("/other.yaml\n")
    assert said(tmp_path) == ()


def test_what_stands_above_holds_for_a_folder_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "team"
    inner.mkdir()
    tree(inner, AGENT)
    (inner / "bad.yaml").write_text(BROKEN)
    (tmp_path / ".reconcilerignore").write_text("team/bad.yaml\n")
    monkeypatch.chdir(tmp_path)
    assert said(Path("team")) == ()
    monkeypatch.chdir(inner)
    assert said(Path(".")) != ()


def test_a_file_that_is_named_is_read_in_any_case(tmp_path: Path) -> None:
    tree(tmp_path, AGENT)
    (tmp_path / ".reconcilerignore").write_text("*\n")
    with pytest.raises(ManifestError, match="there is no manifest"):
        load([tmp_path], {})
    assert len(load([tmp_path / "main.yaml"], {}).desired().resources) == 1


def test_one_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """Taken for empty, it would let files back in; taken for everything, it would hide users."""
    tree(tmp_path, AGENT)
    (tmp_path / ".reconcilerignore").write_bytes(b"\xff\xfe")
    assert "cannot be read" in said(tmp_path)[0].summary
