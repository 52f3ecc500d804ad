"""The tool table. A tool is called what its function is called and cannot be renamed."""

from __future__ import annotations

from reconciler.kinds.field import Field, Key, Kind
from reconciler.kinds.types import Type

TOOL = Kind(
    "tool",
    "tools",
    (
        Key("file", Type.PYTHON_FILE, "A Python file with the function", "tools/log_mood.py", required=True),
        Field("source_code", Type.TEXT, "Its source", follows="file"),
        Field(
            "description",
            Type.PROSE,
            "What models are told it does; that of its docstring unless set",
            "Note the mood of the user",
        ),
        Field(
            "return_char_limit",
            Type.WHOLE,
            "Characters of an answer after which it is cut",
            6_000,
            cleared=50_000,
            default=(50_000,),
        ),
        Field("pip_requirements", Type.PACKAGES, "Python packages it needs", [{"name": "idna"}], cleared=[]),
        Field(
            "npm_requirements", Type.PACKAGES, "JavaScript packages it needs", [{"name": "yaml"}], cleared=[]
        ),
        Field(
            "default_requires_approval",
            Type.TRUTH,
            "Whether agents that get it have to ask before it runs",
            True,
            cleared=False,
            default=(False,),
        ),
        Field(
            "enable_parallel_execution",
            Type.TRUTH,
            "Whether it may run beside other tools",
            True,
            cleared=False,
            default=(False,),
        ),
        Field("tags", Type.TEXTS, "Tags on the server", ["mood"], exact=False, cleared=[]),
    ),
    marker_fields=frozenset({"tags"}),
)
