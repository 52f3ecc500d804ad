"""Imports point one way, as the design draws it; reading the code is enough to check that."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "reconciler"

LAYERS = [
    {"disk", "process", "codec"},
    {"errors"},
    {"rules", "formats", "waits"},
    {"values"},
    {"kinds", "database"},
    {"record"},
    {"manifest", "remote", "cache", "state"},
    {"lock"},
    {"compare"},
    {"plan"},
    {"guard"},
    {"apply"},
    {"drift"},
    {"project"},
    {"runtime"},
    {"export"},
    {"adopt"},
    {"report"},
    {"doctor", "mcp"},
    {"cli"},
]
"""A module may import from layers above it in this list, and from its own package."""

WITHIN = {
    "rules": [{"rule"}, {"stops", "notices"}, {"ledger"}, {"allowance", "check", "turns"}],
    "guard": [{"judged"}, {"endings", "limits", "errors", "restored", "empty"}, {"guards"}, {"check"}],
    "manifest": [
        {"names"},
        {"yaml"},
        {"language"},
        {"files", "compile"},
        {"users"},
        {"manifests"},
        {"load", "run_time_users", "editors"},
    ],
    "remote": [{"http"}, {"marks"}, {"decode", "encode"}, {"losses"}, {"read"}, {"write"}, {"talk"}],
    "plan": [
        {"model"},
        {"operations", "order", "deferred", "restore_block", "by_program", "consequences"},
        {"identity"},
        {"changes", "records", "file", "read_again"},
        {"notices"},
        {"build"},
    ],
    "lock": [{"holder"}, {"lock"}, {"in_state_file", "on_server"}, {"names"}],
    "project": [
        {"session", "files", "scope", "namesakes"},
        {"selectors", "place", "planning", "applying", "erasing"},
        {"resuming"},
        {"planned"},
        {"project"},
        {"asynchronous"},
    ],
    "report": [
        {"text", "every_check"},
        {"plan", "history", "outcome", "progress", "cached_ids", "erasure"},
        {"drift", "json_documents", "json_schemas", "rendered_manifests", "rules"},
    ],
}
"""The same within a package: a part may import from the parts above it, and from itself."""

MOST_MODULES = 18
"""In one folder, `__init__` among them: more can not be read at a glance."""

ONE_MODULE_A_COMMAND = PACKAGE / "cli"

ASIDE = {"server": {"errors"}}
"""The embedded server stands beside the flow: it may use these and only cli may use it."""


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def package_of(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """Dotted names of everything a module imports, at its top or inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


def part_of(path: Path) -> str:
    """The sub-package of a module, or its own name where it stands in the package itself."""
    relative = path.relative_to(PACKAGE)
    return relative.parts[1].removesuffix(".py") if len(relative.parts) > 1 else "__init__"


def rank(name: str, layers: list[set[str]]) -> int:
    return next(index for index, layer in enumerate(layers) if name in layer)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    own = package_of(path)
    if own in ("__init__", "__main__"):
        return
    for name in imported(path):
        if not name.startswith("reconciler."):
            continue
        other = name.split(".")[1]
        if other == own:
            continue
        if own in ASIDE:
            assert other in ASIDE[own], f"{own} may not import {name}"
        elif other in ASIDE:
            assert own == "cli", f"{own} may not import {name}"
        else:
            assert rank(other, LAYERS) < rank(own, LAYERS), f"{own} may not import {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_within_a_package_point_one_way(path: Path) -> None:
    package, part = package_of(path), part_of(path)
    if package not in WITHIN or part == "__init__":
        return
    layers = WITHIN[package]
    for name in imported(path):
        if name.startswith(f"reconciler.{package}."):
            other = name.split(".")[2]
            assert other == part or rank(other, layers) < rank(part, layers), f"{part} may not import {name}"


def test_commands_use_what_they_share_and_never_the_other_way_round() -> None:
    shared = [path for path in modules() if "shared" in path.parts]
    names = {name for path in shared for name in imported(path) if name.startswith("reconciler.cli.")}
    assert shared
    assert {name for name in names if not name.startswith("reconciler.cli.shared")} == set()


def test_a_folder_can_be_read_at_a_glance() -> None:
    counts = Counter(path.parent for path in modules() if path.parent != ONE_MODULE_A_COMMAND)
    assert {str(path): count for path, count in counts.items() if count > MOST_MODULES} == {}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_adapter_knows_letta_client(path: Path) -> None:
    names = {name.split(".")[0] for name in imported(path)}
    assert "letta_client" not in names or package_of(path) == "remote"


@pytest.mark.parametrize(
    "package", ["rules", "values", "kinds", "record", "compare", "plan", "guard", "drift"]
)
def test_planning_touches_no_clock_network_or_disk(package: str) -> None:
    forbidden = {
        "time",
        "datetime",
        "random",
        "socket",
        "httpx",
        "urllib",
        "pathlib",
        "os",
        "sqlite3",
        "uuid",
    }
    for path in modules():
        if package_of(path) == package:
            used = {name.split(".")[0] for name in imported(path)} - {"urllib"}
            used |= {name for name in imported(path) if name.startswith("urllib") and name != "urllib.parse"}
            assert not used & forbidden, f"{path.name}: {used & forbidden}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
