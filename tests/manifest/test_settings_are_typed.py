"""JSON fields of agents: types hold for values of expressions, too, and cost little however many users."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import Origin
from reconciler.manifest.compile.typed_settings import TypedSettings
from reconciler.manifest.yaml.node import Node
from tests.manifest.trees import said, tree

WRITTEN = """
parameters: {x: {type: %s}}
agents: {coach: {model: letta/letta-free, model_settings: {temperature: "${{ parameters.x }}"}}}
"""


def summaries(folder: Path, constellation: str, users: str) -> list[str]:
    return [each.summary for each in said(tree(folder, constellation, users))]


@pytest.mark.parametrize(("kind", "value", "count"), [("number", "1.5", 0), ("string", "'1.5'", 1)])
def test_the_value_of_an_expression_has_to_be_of_the_type(
    tmp_path: Path, kind: str, value: str, count: int
) -> None:
    users = f"users: [{{id: ada, parameters: {{x: {value}}}}}]"
    assert len(summaries(tmp_path, WRITTEN % kind, users)) == count


def test_what_is_wrong_for_everybody_is_said_once(tmp_path: Path) -> None:
    team = 'agents: {coach: {model: m, model_settings: {thinking: {type: "${{ user.id }}"}}}}'
    users = "users: [{id: ada}, {id: ben}, {id: cleo}]"
    (only,) = summaries(tmp_path, team, users)
    assert only == "unknown key 'thinking'"


def test_a_value_that_looks_like_an_expression_is_none(tmp_path: Path) -> None:
    team = "agents: {coach: {model: m, model_settings: {temperature: \"${{ '$' ~ '{{ 1 }}' }}\"}}}"
    (only,) = summaries(tmp_path, team, "users: [{id: ada}]")
    assert "'temperature' must be a number" in only


def test_equal_values_are_looked_at_once() -> None:
    where = Origin("a.yaml", 1)
    heat = Node({"temperature": Node("${{ parameters.x }}", where)}, where)
    settings = TypedSettings(Node({"model_settings": heat}, where), ("model_settings.temperature",))
    first = settings.problems({"model_settings.temperature": "hot"})
    assert len(first) == 1
    assert settings.problems({"model_settings.temperature": "hot"}) is first
    assert settings.problems({"model_settings.temperature": 0.5}) == ()
