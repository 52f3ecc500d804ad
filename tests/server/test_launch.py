"""What the script that starts the embedded server changes of the server: how fast it answers, never what."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import reconciler.server

SCRIPT = Path(reconciler.server.__file__).parent / "scripts" / "launch.py"
Derive = Callable[..., dict[str, Any]]


@pytest.fixture(name="remembered")
def remembered_() -> Callable[[Derive], Derive]:
    """As the script has it: it runs in the server's environment, and is never imported."""
    function: Callable[[Derive], Derive] = runpy.run_path(str(SCRIPT), run_name="not main")["remembered"]
    return function


def test_a_schema_is_derived_once_for_each_tool(remembered: Callable[[Derive], Derive]) -> None:
    asked: list[tuple[str, str]] = []

    def derive(module_name: str, function_name: str) -> dict[str, Any]:
        asked.append((module_name, function_name))
        return {"name": function_name}

    answer = remembered(derive)
    for _ in range(3):
        assert answer(module_name="m", function_name="f") == {"name": "f"}
        assert answer(module_name="m", function_name="g") == {"name": "g"}
    assert asked == [("m", "f"), ("m", "g")]


def test_whoever_changes_a_schema_changes_no_other(remembered: Callable[[Derive], Derive]) -> None:
    answer = remembered(lambda **_: {"parameters": {"properties": {}}})
    answer(module_name="m", function_name="f")["parameters"]["properties"]["more"] = 1
    assert answer(module_name="m", function_name="f") == {"parameters": {"properties": {}}}


def test_what_cannot_be_derived_is_tried_again(remembered: Callable[[Derive], Derive]) -> None:
    answers: list[Any] = [ValueError("not a function"), {"name": "f"}]

    def derive(**_: str) -> dict[str, Any]:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return dict(found)

    answer = remembered(derive)
    with pytest.raises(ValueError, match="not a function"):
        answer(module_name="m", function_name="f")
    assert answer(module_name="m", function_name="f") == {"name": "f"}
