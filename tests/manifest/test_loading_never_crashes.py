"""Whatever stands in the files: a ManifestError or manifests, nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.errors import ManifestError, Severity
from reconciler.manifest import load, validate
from reconciler.manifest.files.project_settings import NAME_VARIABLE

KEYS = [
    "agents",
    "blocks",
    "value",
    "name",
    "kind",
    "model",
    "tags",
    "id",
    "ownership",
    "file",
    "from",
    "moved",
    "groups",
]
WORDS = [
    "team",
    "Users",
    "Constellation",
    "${{ user.id }}",
    "${{ x",
    "absent",
    "a/b",
    "on",
    "1",
    "&a x",
    "*a",
    "!!t 1",
]
SCALARS = (
    st.sampled_from(WORDS)
    | st.text(max_size=8)
    | st.integers().map(str)
    | st.sampled_from(["~", "{}", "[]", "|", "- "])
)
FRAGMENT = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3).map(
            lambda entries: "{" + ", ".join(f"{key}: {value}" for key, value in entries.items()) + "}"
        )
    ),
    max_leaves=12,
)
DOCUMENT = st.builds(
    lambda kind, name, entries: (
        f"apiVersion: reconciler/v1\nkind: {kind}\nname: {name}\n"
        + "".join(f"{key}: {value}\n" for key, value in entries.items())
    ),
    st.sampled_from(["Constellation", "Users", "Shared", "Project"]),
    st.sampled_from(["team", "x y", "1"]),
    st.dictionaries(
        st.sampled_from(
            [
                "agents",
                "blocks",
                "sources",
                "groups",
                "tools",
                "users",
                "defaults",
                "parameters",
                "moved",
                "from",
            ]
        ),
        FRAGMENT,
        max_size=4,
    ),
)


GOOD = [
    yaml.safe_load_all(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parents[1] / "cases" / "manifests").glob("good_*/main.yaml"))
]
TREES = [list(documents) for documents in GOOD]
VALUES = st.sampled_from(
    [None, True, 0, -1, 7, 1.5, "", "x", "a/b", "${{ user.id }}", "absent", [], {}, ["x"], [1]]
)
ANY = VALUES | st.recursive(VALUES, lambda inner: st.lists(inner, max_size=2), max_leaves=3)


def changed(value: Any, path: list[int], new: Any) -> Any:
    """The same data with one value, found by walking down, replaced."""
    if not path or not isinstance(value, dict | list) or not value:
        return new
    if isinstance(value, list):
        at = path[0] % len(value)
        return [changed(each, path[1:], new) if i == at else each for i, each in enumerate(value)]
    key = sorted(value)[path[0] % len(value)]
    return {each: changed(inner, path[1:], new) if each == key else inner for each, inner in value.items()}


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(TREES), st.lists(st.integers(0, 9), min_size=1, max_size=7), ANY)
def test_any_value_in_a_good_manifest(folder: Path, tree: list[Any], path: list[int], new: Any) -> None:
    survives(folder, yaml.safe_dump_all(changed(tree, path, new)).encode())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any")


def survives(folder: Path, data: bytes) -> None:
    path = folder / "main.yaml"
    path.write_bytes(data)
    # programs may name the project, so only `validate` asks that a document does
    environ = {NAME_VARIABLE: "cases"}
    found = validate([path], environ)
    if any(each.severity is Severity.ERROR for each in found):
        with pytest.raises(ManifestError):
            load([path], environ).desired()
    else:
        load([path], environ).desired()


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=200,
    deadline=None,
)
@given(st.binary(max_size=200))
def test_any_bytes(folder: Path, data: bytes) -> None:
    survives(folder, data)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=200, deadline=None)
@given(FRAGMENT)
def test_anything_that_looks_like_yaml(folder: Path, text: str) -> None:
    survives(folder, text.encode("utf-8", "surrogatepass"))


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=300, deadline=None)
@given(st.lists(DOCUMENT, min_size=1, max_size=3))
def test_anything_that_looks_like_manifests(folder: Path, documents: list[str]) -> None:
    survives(folder, "---\n".join(documents).encode("utf-8", "surrogatepass"))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=120))
def test_any_table(folder: Path, data: bytes) -> None:
    version = "apiVersion: reconciler/v1\n"
    for suffix in ("csv", "jsonl"):
        (folder / f"users.{suffix}").write_bytes(b"id,name\n" * (suffix == "csv") + data)
        survives(
            folder,
            f"{version}kind: Constellation\nname: team\nparameters: {{name: {{default: x}}}}\n---\n"
            f"{version}kind: Users\nconstellation: team\nfrom: {{file: users.{suffix}}}\n".encode(),
        )
