"""Every JSON schema this package publishes: of manifests, plans, drift reports and drift baselines.

In: the models. Out: the schemas by file name, or files in a folder. A test fails when a committed one is
stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from reconciler.drift.baseline import BaselineDocument
from reconciler.drift.document import DriftDocument
from reconciler.manifest.language.json_schema import DRAFT, write
from reconciler.manifest.language.json_schema import schemas as manifest_schemas
from reconciler.plan.file.document import PlanDocument


def schemas() -> Mapping[str, dict[str, Any]]:
    """Every schema, by file name."""
    return {
        **manifest_schemas(),
        "plan.schema.json": _of(PlanDocument, "plan"),
        "drift.schema.json": _of(DriftDocument, "drift report"),
        "drift-baseline.schema.json": _of(BaselineDocument, "drift baseline"),
    }


def write_all(directory: Path) -> tuple[Path, ...]:
    """Write the schemas; the files written."""
    return write(directory, schemas())


def _of(model: type[BaseModel], title: str) -> dict[str, Any]:
    return {"$schema": DRAFT, **model.model_json_schema(), "title": f"letta-reconciler {title}"}
