"""What the server makes of a tool's source is known before anything is sent: the corpus in tests/cases/tools.

`expected.json` names, for each file, the tool the server makes of it; nothing where it refuses the source.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.errors import Conflict, RemoteError
from reconciler.kinds.tool_source import tool_name
from reconciler.manifest.compile.tool_source import check_tool
from reconciler.manifest.language.named_files import Unusable
from reconciler.values import Leaf
from tests.remote.world import SHARED, TOOL_SOURCE, World, at

CASES = Path(__file__).parents[1] / "cases" / "tools"
TOOL = at("tool", "log_mood", owner=SHARED)
EXPECTED: dict[str, str] = json.loads((CASES / "expected.json").read_text(encoding="utf-8"))


def source(name: str) -> str:
    return (CASES / f"{name}.py").read_text(encoding="utf-8")


def is_usable(name: str, tool: str) -> bool:
    try:
        check_tool(source(name), tool, f"{name}.py")
    except Unusable:
        return False
    return True


def test_the_corpus_is_whole() -> None:
    assert {path.stem for path in CASES.glob("*.py")} == EXPECTED.keys()
    assert len(EXPECTED) > 60


def test_validate_says_of_each_source_what_the_server_does() -> None:
    """A source that the server would take as another tool is refused under its own name, and only there."""
    verdicts = {name: is_usable(name, name) for name in EXPECTED}
    assert verdicts == {name: made == name for name, made in EXPECTED.items()}
    others = {name: made for name, made in EXPECTED.items() if made not in ("", name)}
    assert all(is_usable(name, made) for name, made in others.items() if not is_inside(name))


def is_inside(name: str) -> bool:
    return "nested" in name or "class" in name


def test_the_name_is_known_wherever_the_server_makes_a_tool() -> None:
    assert {name: tool_name(source(name)) for name, made in EXPECTED.items() if made} == {
        name: made for name, made in EXPECTED.items() if made
    }


def test_the_server_does_what_the_corpus_says(letta_url: str) -> None:
    answers = {}
    with httpx.Client(base_url=letta_url, timeout=60) as client:
        for name in EXPECTED:
            answer = client.post("/v1/tools/", json={"source_code": source(name)})
            assert answer.status_code in (200, 400, 500), (name, answer.text)
            answers[name] = answer.json()["name"] if answer.status_code == 200 else ""
            if answers[name]:
                client.delete(f"/v1/tools/{answer.json()['id']}")
    assert answers == EXPECTED


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nested_helper", "inside another function"),
        ("class_with_method", "inside another function or a class"),
        ("async_tool", "is async"),
        ("helper_below", "not the last function"),
        ("undescribed", "does not describe argument 'times'"),
        ("type_union_none", "does not know: str | None"),
        ("pydantic_undescribed", "field 'name' of model 'Mood'"),
        ("default_name_after_value", "no plain value: CALM"),
    ],
)
def test_the_reason_is_said(name: str, said: str) -> None:
    with pytest.raises(Unusable) as caught:
        check_tool(source(name), name, f"{name}.py")
    assert said in caught.value.summary


def tool_of_somebody_else(world: World, name: str) -> dict[str, Any]:
    body = {"source_code": TOOL_SOURCE.replace("log_mood", name), "tags": ["app"]}
    made: dict[str, Any] = world.raw.post("/v1/tools/", json=body).raise_for_status().json()
    return made


def test_a_nested_helper_never_overwrites_the_tool_of_its_name(world: World) -> None:
    theirs = tool_of_somebody_else(world, "helper")
    leaves: dict[str, Leaf] = {"source_code": source("nested_documented_helper")}
    with pytest.raises(RemoteError, match="makes the tool helper, not nested_documented_helper"):
        world.make(TOOL, leaves, server_name="nested_documented_helper")
    assert world.transport.counts.writes == 0
    assert world.get(f"/v1/tools/{theirs['id']}") == theirs


def test_a_tool_somebody_made_since_the_plan_is_not_overwritten(world: World) -> None:
    theirs = tool_of_somebody_else(world, "log_mood")
    with pytest.raises(Conflict, match="there is a tool log_mood"):
        world.make(TOOL, {"source_code": TOOL_SOURCE})
    assert world.transport.counts.writes == 0
    assert world.get(f"/v1/tools/{theirs['id']}") == theirs


def test_a_create_that_is_sent_again_finds_its_own_tool(world: World) -> None:
    first = world.make(TOOL, {"source_code": TOOL_SOURCE})
    assert world.make(TOOL, {"source_code": TOOL_SOURCE}) == first


def test_a_new_source_that_makes_another_tool_is_refused_before_it_is_sent(world: World) -> None:
    theirs = tool_of_somebody_else(world, "helper")
    world.make(TOOL, {"source_code": TOOL_SOURCE})
    before = world.transport.counts.writes
    nested = source("nested_documented_helper").replace("nested_documented_helper", "log_mood")
    with pytest.raises(RemoteError, match="makes the tool helper, and no longer log_mood"):
        world.update(TOOL, {"source_code": nested})
    assert world.transport.counts.writes == before
    assert world.get(f"/v1/tools/{theirs['id']}") == theirs
