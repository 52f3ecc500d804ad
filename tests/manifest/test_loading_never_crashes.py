"""Whatever stands in the files: a ManifestError or manifests, nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.errors import ManifestError, Severity
from reconciler.manifest import load, validate

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


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any")


def survives(folder: Path, data: bytes) -> None:
    path = folder / "main.yaml"
    path.write_bytes(data)
    found = validate([path], {})
    if any(each.severity is Severity.ERROR for each in found):
        with pytest.raises(ManifestError):
            load([path], {}).desired()
    else:
        load([path], {}).desired()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
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
