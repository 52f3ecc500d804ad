"""Every JSON schema this package publishes: of manifests, plans, drift reports and drift baselines.

In: the models of manifests, and the formats. Out: the schemas by file name, or files in a folder. A test
fails when a committed one is stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.drift.baseline import FORMAT as BASELINE
from reconciler.drift.document import FORMAT as DRIFT
from reconciler.manifest.editors import editor_schema
from reconciler.manifest.language.fast_check import SCHEMA_FILE
from reconciler.manifest.language.json_schema import write
from reconciler.plan.file.document import FORMAT as PLAN


def schemas() -> Mapping[str, dict[str, Any]]:
    """Every schema, by file name."""
    return {
        SCHEMA_FILE: editor_schema(),
        "plan.schema.json": PLAN.schema(),
        "drift.schema.json": DRIFT.schema(),
        "drift-baseline.schema.json": BASELINE.schema(),
    }


def write_all(directory: Path) -> tuple[Path, ...]:
    """Write the schemas; the files written."""
    return write(directory, schemas())
