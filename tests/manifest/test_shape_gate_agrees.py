"""The fast check of shapes says what the models say, for every document we have and many we do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from reconciler.manifest.language import fast_check
from reconciler.manifest.language.documents import DOCUMENTS
from reconciler.manifest.language.fast_check import DOCUMENT_KINDS, Shapes
from reconciler.manifest.language.json_schema import manifest_schema
from reconciler.manifest.yaml.findings import Findings
from reconciler.manifest.yaml.reader import read
from tests.manifest.test_loading_never_crashes import ANY, TREES, changed

CASES = Path(__file__).parents[1] / "cases" / "manifests"
SHAPES = Shapes()


def fits_models(document: Any, kind: str) -> bool:
    try:
        DOCUMENTS[kind].model_validate(document)
    except ValidationError:
        return False
    return True


def agree(document: Any) -> None:
    kind = document.get("kind") if isinstance(document, dict) else None
    if kind in DOCUMENT_KINDS:
        assert SHAPES.fits(document, kind) is fits_models(document, kind)


@pytest.mark.parametrize("path", sorted(CASES.glob("*/*.yaml")), ids=lambda path: path.parent.name)
def test_on_the_corpus(path: Path) -> None:
    for node in read(path.read_bytes(), path.name, Findings()):
        agree(node.plain())


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(TREES), st.lists(st.integers(0, 9), min_size=1, max_size=7), ANY)
def test_on_any_change_of_a_good_manifest(tree: list[Any], path: list[int], new: Any) -> None:
    for document in changed(tree, path, new):
        agree(document)


@pytest.mark.parametrize("name", ["team\n", "", "a" * 64, "_a", "é"])
def test_on_bad_names(name: str) -> None:
    document = {"apiVersion": "reconciler/v1", "kind": "Constellation", "name": name}
    agree(document)
    assert not SHAPES.fits(document, "Constellation")


def test_the_kinds_are_those_of_the_models() -> None:
    assert set(DOCUMENT_KINDS) == set(DOCUMENTS)


def test_every_rule_of_the_schema_is_understood() -> None:
    known = set(Path(fast_check.__file__).read_text(encoding="utf-8").replace('"', " ").split())

    def rules(schema: Any) -> set[str]:
        if isinstance(schema, list):
            return set().union(*map(rules, schema))
        if not isinstance(schema, dict):
            return set()
        found = set(schema)
        for key, value in schema.items():
            is_named = key in ("properties", "$defs", "patternProperties")
            found |= (
                rules(list(value.values()))
                if is_named
                else rules(value)
                if key not in ("default", "examples")
                else set()
            )
        return found

    unknown = {rule for rule in rules(manifest_schema()) if not any(rule in word for word in known)}
    assert unknown == set()
