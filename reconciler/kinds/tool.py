"""The tool table. A tool is called what its function is called and cannot be renamed."""

from __future__ import annotations

from reconciler.kinds.field import Field, Kind, Shape

TOOL = Kind(
    "tool",
    (
        Field("source_code"),
        Field("description"),
        Field("return_char_limit", cleared=50_000),
        Field("pip_requirements", cleared=[], is_json=True),
        Field("npm_requirements", cleared=[], is_json=True),
        Field("default_requires_approval", cleared=False),
        Field("enable_parallel_execution", cleared=False),
        Field("tags", Shape.SET, exact=False, cleared=[]),
    ),
    marker_fields=frozenset({"tags"}),
)
