"""What docs/architecture.md says is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "reconciler"
TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PATHS = re.findall(r"`([a-z_]+(?:/[a-z_]+)*(?:/|\.py))`", TEXT)


def test_every_path_exists() -> None:
    assert PATHS
    assert [path for path in PATHS if not ((PACKAGE / path).exists() or (ROOT / path).exists())] == []


def test_no_package_is_left_out() -> None:
    packages = {f"{path.parent.name}/" for path in PACKAGE.glob("*/__init__.py")}
    assert packages - set(PATHS) == set()


def test_the_parts_of_packages_are_the_folders_there_are() -> None:
    for package in ("remote", "plan"):
        (row,) = re.findall(rf"^\| `{package}/` \|(.*)\|$", TEXT, re.MULTILINE)
        there = {path.parent.name for path in (PACKAGE / package).glob("*/__init__.py")}
        assert set(re.findall(r"`([a-z]+)`", row)) == there


def test_every_folder_of_tests_that_is_named_exists() -> None:
    (paragraph,) = re.findall(r"^## Tests\n\n(.*)", TEXT, re.DOTALL | re.MULTILINE)
    named = set(re.findall(r"`([a-z]+)`", paragraph))
    assert {name for name in named if not (ROOT / "tests" / name).is_dir()} == set()
