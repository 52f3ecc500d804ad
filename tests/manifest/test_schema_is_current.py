"""The committed JSON schema is what the models say, and editors can use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reconciler.kinds import GROUP, KINDS
from reconciler.manifest.language.json_schema import manifest_schema, schemas, write
from reconciler.manifest.language.models import Agent, Block, Group, Managed, Manager, Source, Tool
from reconciler.manifest.language.shapes.part import Part
from reconciler.manifest.yaml.findings import Findings
from reconciler.manifest.yaml.reader import read

ROOT = Path(__file__).parents[2]
MODELS: dict[str, type[Part]] = {
    "agent": Agent,
    "block": Block,
    "group": Group,
    "source": Source,
    "tool": Tool,
}
MANIFESTS = [*ROOT.glob("constellations/**/*.yaml"), *ROOT.glob("tests/cases/manifests/good_*/*.yaml")]


def documents(path: Path) -> list[Any]:
    return [node.plain() for node in read(path.read_bytes(), path.name, Findings())]


def test_the_committed_schema_is_current(tmp_path: Path) -> None:
    for path in write(tmp_path):
        committed = ROOT / "reconciler/manifest/language" / path.name
        assert committed.read_text(encoding="utf-8") == path.read_text(encoding="utf-8"), (
            "run python -m reconciler.manifest.language.json_schema"
        )


def test_the_schema_is_a_schema() -> None:
    for schema in schemas().values():
        jsonschema.Draft202012Validator.check_schema(schema)
        json.dumps(schema)


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_good_manifests_fit_the_schema(path: Path) -> None:
    validator = jsonschema.Draft202012Validator(manifest_schema())
    for document in documents(path):
        validator.validate(document)


@pytest.mark.parametrize(
    "name",
    ["unknown_keys", "wrong_types", "agent_type_unknown", "tools_in_constellation", "settings_mistyped"],
)
def test_editors_see_mistakes_of_shape(name: str) -> None:
    validator = jsonschema.Draft202012Validator(manifest_schema())
    document = documents(ROOT / "tests/cases/manifests" / name / "main.yaml")[0]
    assert not validator.is_valid(document)


@pytest.mark.parametrize("kind", sorted(MODELS))
def test_a_model_has_the_keys_of_the_table_and_what_is_said_of_every_resource(kind: str) -> None:
    beside = {"manager"} if kind == "group" else set()
    keys = {entry.key for entry in KINDS[kind].keys_in("")}
    assert set(MODELS[kind].model_fields) == keys | set(Managed.model_fields) | beside


def test_the_manager_has_the_keys_of_its_section() -> None:
    assert set(Manager.model_fields) == {entry.key for entry in GROUP.keys_in("manager")}


@pytest.mark.parametrize("kind", sorted(MODELS))
def test_examples_fit(kind: str) -> None:
    entries = KINDS[kind].keys_in("")
    needed = {entry.key: entry.example for entry in entries if entry.required}
    for entry in entries:
        MODELS[kind].model_validate({**needed, entry.key: entry.example})


def test_examples_of_managers_fit() -> None:
    Manager.model_validate({entry.key: entry.example for entry in GROUP.keys_in("manager")})
