"""The committed JSON schema is what the models say, and editors can use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reconciler.kinds import KINDS, MANAGER_FIELDS
from reconciler.manifest.compile import fields
from reconciler.manifest.language.json_schema import manifest_schema, schemas, write
from reconciler.manifest.language.models import Agent, Block, Group, Manager, Source, Tool
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
        for folder in ("schemas", "reconciler/manifest/language"):
            committed = ROOT / folder / path.name
            assert committed.read_text(encoding="utf-8") == path.read_text(encoding="utf-8"), (
                "run python -m reconciler.manifest.language.json_schema schemas"
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
def test_the_models_have_every_field_of_the_kind(kind: str) -> None:
    made = {"label", "source_code", "blocks", "manager_type", "manager_agent", "order", "approvals"}
    if kind == "group":
        made |= set().union(*MANAGER_FIELDS.values())
    expected = {field.name for field in KINDS[kind].fields} - made
    assert expected <= set(MODELS[kind].model_fields)


def test_the_manager_has_every_setting() -> None:
    settings = {
        "agent" if name == "manager_agent" else name for each in MANAGER_FIELDS.values() for name in each
    }
    assert settings | {"type"} == set(Manager.model_fields)


def test_typed_fields_exist() -> None:
    known = {field.name for kind in KINDS.values() for field in kind.fields}
    assert known >= fields.WHOLE | fields.TRUTH | fields.JSON | fields.FROM_FILE
