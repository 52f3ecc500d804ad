"""What pyproject.toml declares is what the code imports, and its licences go with ours.

Read are pyproject.toml, the imports of every module, and what the installed distributions say of themselves.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from email.message import Message
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, metadata, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OURS = canonicalize_name(PROJECT["name"])

EXTRA_OF = {"mcp": "mcp", "server": "server"}
"""Which extra a package of ours may import; everything else has `dependencies` alone."""

OTHER_ENVIRONMENT = ROOT / "reconciler" / "server" / "scripts"
"""Run by the Python of the Letta server, so what they import is the server's."""

NOT_IMPORTED = {
    "uv": "run as a program, to make the environment of the embedded server",
}
LGPL_ALLOWED: dict[str, str] = {}
"""A distribution under the LGPL and why it may stay; none under the GPL or AGPL ever may."""

PROVIDED = {module: set(map(canonicalize_name, names)) for module, names in packages_distributions().items()}


def declared(extra: str = "") -> set[str]:
    """Names of `dependencies`, and of one extra with the extras that it includes."""
    names = set()
    lines = PROJECT["optional-dependencies"][extra] if extra else []
    for requirement in map(Requirement, [*PROJECT["dependencies"], *lines]):
        if canonicalize_name(requirement.name) == OURS:
            names.update(*(declared(other) for other in requirement.extras))
        else:
            names.add(canonicalize_name(requirement.name))
    return names


RUNTIME = set().union(*(declared(extra) for extra in EXTRA_OF.values()))


@cache
def third_party(path: Path) -> frozenset[str]:
    """Modules from outside that a file imports, at its top or inside functions."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.append(node.module or "")
    tops = {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"reconciler", "tests"}
    return frozenset(top for top in tops if not path.with_name(f"{top}.py").exists())


def undeclared(paths: Iterable[Path], allowed: set[str]) -> list[str]:
    return sorted(
        f"{path.relative_to(ROOT)} imports {module}"
        for path in paths
        for module in third_party(path)
        if not PROVIDED.get(module, set()) & allowed
    )


def modules_of(package: str) -> list[Path]:
    """Python files of one package or module of ours."""
    place = ROOT / "reconciler" / package
    return [place] if place.is_file() else sorted(place.rglob("*.py"))


PACKAGES = sorted(
    path.name
    for path in (ROOT / "reconciler").iterdir()
    if path.suffix == ".py" or (path.is_dir() and any(path.glob("*.py")))
)


@pytest.mark.parametrize("package", PACKAGES)
def test_what_the_package_imports_is_declared_where_it_is_needed(package: str) -> None:
    here = [path for path in modules_of(package) if OTHER_ENVIRONMENT not in path.parents]
    assert undeclared(here, declared(EXTRA_OF.get(package, ""))) == []


def test_what_tests_and_examples_import_is_declared_for_tests() -> None:
    paths = [path for folder in ("tests", "examples") for path in (ROOT / folder).rglob("*.py")]
    cases = ROOT / "tests" / "cases"
    assert undeclared((path for path in paths if cases not in path.parents), declared("test")) == []


@pytest.mark.parametrize("name", sorted(RUNTIME))
def test_a_declared_dependency_is_imported(name: str) -> None:
    paths = (ROOT / "reconciler").rglob("*.py")
    imported = {
        module for path in paths if OTHER_ENVIRONMENT not in path.parents for module in third_party(path)
    }
    is_used = any(name in PROVIDED.get(module, set()) for module in imported)
    assert is_used != (name in NOT_IMPORTED), "remove the dependency, or its line in NOT_IMPORTED"


def installed(names: set[str]) -> set[str]:
    """These distributions and all they need on this machine."""
    found: set[str] = set()
    pending = [(name, frozenset[str]()) for name in names]
    seen = set(pending)
    while pending:
        name, extras = pending.pop()
        try:
            lines = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        found.add(name)
        for requirement in map(Requirement, lines):
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                needed = (canonicalize_name(requirement.name), frozenset(requirement.extras))
                if needed not in seen:
                    seen.add(needed)
                    pending.append(needed)
    return found


def licences(said: Message) -> list[str]:
    """What a distribution says of its licence, the most exact statement first."""
    expression, words = said.get("License-Expression", ""), said.get("License", "")
    classifiers = [line for line in said.get_all("Classifier", []) if line.startswith("License ::")]
    return [
        statement for statement in (expression, words.strip().partition("\n")[0], *classifiers) if statement
    ]


def copyleft(said: Message) -> str:
    """`GPL` (AGPL included), `LGPL`, or nothing; where several licences are offered, the mildest counts."""
    statements = licences(said)
    assert statements, "a distribution that tells no licence grants none"
    exact = statements[:1] if said.get("License-Expression") else statements
    mildest = (min(map(_family, re.split(r"\bOR\b", line)), key=_strength) for line in exact)
    return max(mildest, key=_strength)


def _family(statement: str) -> str:
    if re.search(r"\bLGPL|Lesser General Public|Library General Public", statement, re.IGNORECASE):
        return "LGPL"
    return "GPL" if re.search(r"GPL|General Public License", statement, re.IGNORECASE) else ""


def _strength(family: str) -> int:
    return ["", "LGPL", "GPL"].index(family)


@pytest.mark.parametrize("name", sorted(installed(RUNTIME)))
def test_no_runtime_dependency_is_under_the_gpl(name: str) -> None:
    family = copyleft(metadata(name))
    assert family != "GPL"
    assert (family == "LGPL") == (name in LGPL_ALLOWED)


@pytest.mark.parametrize(
    ("said", "family"),
    [
        ({"License-Expression": "GPL-2.0-or-later"}, "GPL"),
        ({"License-Expression": "AGPL-3.0-only"}, "GPL"),
        ({"License-Expression": "MIT AND GPL-3.0-only"}, "GPL"),
        ({"License-Expression": "MIT OR GPL-3.0-only"}, ""),
        ({"License-Expression": "LGPL-2.1-only OR GPL-3.0-only"}, "LGPL"),
        ({"License-Expression": "Apache-2.0"}, ""),
        ({"License": "GPLv3+"}, "GPL"),
        ({"License": "GNU General Public License v2"}, "GPL"),
        ({"License": "MIT License\n\nUnlike the GPL, this"}, ""),
        ({"Classifier": "License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)"}, "LGPL"),
        ({"Classifier": "License :: OSI Approved :: GNU Affero General Public License v3"}, "GPL"),
        (
            {"License": "BSD", "Classifier": "License :: OSI Approved :: GNU General Public License (GPL)"},
            "GPL",
        ),
    ],
)
def test_what_a_distribution_says_of_its_licence_is_understood(said: dict[str, str], family: str) -> None:
    message = Message()
    for key, value in said.items():
        message[key] = value
    assert copyleft(message) == family
