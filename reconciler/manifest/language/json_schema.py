"""The JSON schema of the manifest language that documents are checked by, made from the models.

In: nothing. Out: the schema, as data or written into a folder. A test fails when the committed file, which
the package reads, is not what this makes. Editors get a closer one: `reconciler.manifest.editors`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from reconciler.manifest.language.documents import Constellation, Project, Shared, Users
from reconciler.manifest.language.fast_check import SCHEMA_FILE

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def manifest_schema() -> dict[str, Any]:
    """The schema of one document of any kind."""
    adapter: TypeAdapter[Any] = TypeAdapter(Constellation | Project | Shared | Users)
    schema = adapter.json_schema(by_alias=True, schema_generator=GenerateJsonSchema)
    _close(schema)
    return {"$schema": DRAFT, "title": "letta-reconciler manifest", **schema}


def _close(schema: Any) -> None:
    """Names that break the pattern are errors; pydantic says so, but its schema does not."""
    if isinstance(schema, dict):
        if "patternProperties" in schema:
            schema["additionalProperties"] = False
        for each in schema.values():
            _close(each)
    elif isinstance(schema, list):
        for each in schema:
            _close(each)


def schemas() -> Mapping[str, dict[str, Any]]:
    """The schemas of the manifest language, by file name."""
    return {SCHEMA_FILE: manifest_schema()}


def write(directory: Path, made: Mapping[str, dict[str, Any]] | None = None) -> tuple[Path, ...]:
    """Write these schemas, or those of manifests; the files written."""
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in (made or schemas()).items():
        path = directory / name
        path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(path)
    return tuple(written)


if __name__ == "__main__":
    write(Path(__file__).parent)
