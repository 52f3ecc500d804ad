"""The committed schemas are what the models say, and what is written fits them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from reconciler.plan.file.document import to_json
from reconciler.report.json_schemas import schemas, write_all
from tests.report.conftest import CASES, LoadCase

SCHEMAS = Path(__file__).parents[2] / "schemas"


def test_every_committed_schema_is_current(tmp_path: Path) -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in write_all(tmp_path)}
    committed = {path.name: path.read_text(encoding="utf-8") for path in SCHEMAS.glob("*.json")}
    assert committed == written, "run: reconciler schema -o schemas"


@pytest.mark.parametrize("name", sorted(schemas()))
def test_every_schema_is_a_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schemas()[name])


@pytest.mark.parametrize("name", sorted(path.stem for path in CASES.glob("*.json")))
def test_plans_fit_their_schema(name: str, case: LoadCase) -> None:
    validator = jsonschema.Draft202012Validator(schemas()["plan.schema.json"])
    validator.validate(json.loads((CASES / f"{name}.json").read_text(encoding="utf-8")))
    validator.validate(json.loads(to_json(case(name))))


def test_a_plan_with_an_unknown_verdict_does_not_fit(case: LoadCase) -> None:
    document = json.loads(to_json(case("only_kept")))
    document["kept"][0]["fields"][0]["verdict"] = "forgotten"
    assert not jsonschema.Draft202012Validator(schemas()["plan.schema.json"]).is_valid(document)
