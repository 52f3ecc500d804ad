"""What `make test` installs stands in requirements.lock, with hashes: everything pyproject.toml declares."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINS = dict(re.findall(r"(?m)^([a-z0-9.-]+)==(\S+)", LOCK))


def declared() -> list[Requirement]:
    """Every requirement of the package, of its extras and of its build."""
    project = PYPROJECT["project"]
    lines = [*project["dependencies"], *PYPROJECT["build-system"]["requires"]]
    for extra in project["optional-dependencies"].values():
        lines += extra
    for group in PYPROJECT["dependency-groups"].values():
        lines += group
    requirements = [Requirement(line) for line in lines]
    return [requirement for requirement in requirements if requirement.name != project["name"]]


@pytest.mark.parametrize("requirement", declared(), ids=str)
def test_the_lock_pins_a_version_that_is_allowed(requirement: Requirement) -> None:
    pinned = PINS.get(canonicalize_name(requirement.name))
    assert pinned is not None, "run make lock"
    assert requirement.specifier.contains(pinned), "run make lock"


def test_every_pin_has_a_hash() -> None:
    for name, version in PINS.items():
        entry = LOCK[LOCK.index(f"\n{name}=={version}") :].splitlines()[1:3]
        assert "--hash=sha256:" in entry[1], name


def test_the_lock_names_no_index_and_no_place() -> None:
    assert not re.search(r"://|--(extra-)?index-url|--find-links|(?m:^ *-e )", LOCK)
