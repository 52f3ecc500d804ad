"""A plan in a file is the plan, or is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.errors import ReconcilerError, StalePlan
from reconciler.plan import Plan, make_plan
from reconciler.plan.file.document import to_json
from reconciler.plan.file.open_saved import from_json
from reconciler.values import Create, FileContent, Leaf, Live, Scope, Secret
from tests.report.conftest import CASES, SECRETS

from .forgery import change_in, forged
from .worlds import AGENT, NOTES, STATE, team, with_leaf


def test_a_plan_read_back_has_the_same_operations() -> None:
    made = make_plan(
        with_leaf(team(), NOTES, **{"files[a.md]": FileContent("00ff", "a.md", 3)}), Live(), Scope()
    )
    back = from_json(to_json(made), {})
    assert back.changes == made.changes
    assert to_json(back) == to_json(made)


def test_the_same_world_gives_the_same_bytes() -> None:
    assert to_json(make_plan(team(), Live(), Scope())) == to_json(make_plan(team(), Live(), Scope()))


def test_a_secret_is_written_as_its_name_and_looked_up_again() -> None:
    desired = with_leaf(team(), AGENT, **{"secrets.TOKEN": Secret("canary-value", "TOKEN")})
    text = to_json(make_plan(desired, Live(), Scope()))
    assert "canary-value" not in text
    create = next(c for c in from_json(text, {"TOKEN": "canary-value"}).changes if c.address == AGENT)
    assert create.operations[0].leaves["secrets.TOKEN"].value == "canary-value"  # type: ignore[union-attr]


def test_a_secret_that_is_not_set_is_named() -> None:
    desired = with_leaf(team(), AGENT, **{"secrets.TOKEN": Secret("canary-value", "TOKEN")})
    with pytest.raises(ReconcilerError, match="TOKEN"):
        from_json(to_json(make_plan(desired, Live(), Scope())), {})


def test_nothing_of_a_plan_depends_on_the_value_of_a_secret() -> None:
    """Not even a digest, with which a short one could be guessed."""
    one, other = (
        to_json(
            make_plan(with_leaf(team(), AGENT, **{"secrets.TOKEN": Secret(pin, "TOKEN")}), Live(), Scope())
        )
        for pin in ("1234", "9876")
    )
    assert one == other
    applied = from_json(one, {"TOKEN": "5555"})
    values = [leaf.value for leaf in leaves_of(applied) if isinstance(leaf, Secret)]
    assert values == ["5555"]


def leaves_of(plan: Plan) -> Iterator[Leaf]:
    for change in plan.changes:
        for operation in change.operations:
            if isinstance(operation, Create):
                yield from operation.leaves.values()


def test_a_plan_edited_by_hand_is_refused() -> None:
    document = json.loads(to_json(make_plan(team(), Live(), Scope())))
    document["changes"][0]["operations"][0]["leaves"]["value"] = "something else"
    with pytest.raises(StalePlan, match="changed after it was made"):
        from_json(json.dumps(document), {})


def test_a_plan_saved_when_digests_covered_only_changes_is_still_read() -> None:
    text = (CASES / "everything_at_once.json").read_text(encoding="utf-8")
    assert json.loads(text)["format_version"] == "1.0"
    assert from_json(text, SECRETS).changes
    with pytest.raises(StalePlan, match="changed after it was made"):
        from_json(text.replace('"project": "pattern-demo"', '"project": "other"'), SECRETS)


@pytest.mark.parametrize("levels", [201, 600, 900])
def test_a_value_that_is_nested_too_deep_is_refused(levels: int) -> None:
    def edit(document: dict[str, Any]) -> None:
        change_in(document, str(STATE))["operations"][0]["leaves"]["metadata.a"] = nested(levels)

    with pytest.raises(ReconcilerError, match="damaged") as refused:
        from_json(forged(to_json(make_plan(team(), Live(), Scope())), edit), {})
    assert "metadata.a: it is nested too deep" in refused.value.why


def test_a_value_that_is_nested_deep_comes_back() -> None:
    made = make_plan(with_leaf(team(), STATE, **{"metadata.a": nested(200)}), Live(), Scope())
    assert from_json(to_json(made), {}).changes == made.changes


def nested(levels: int) -> Any:
    value: Any = None
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format_version": "2.0"}', '{"format_version": "1.0"}'])
def test_what_is_not_a_plan_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(ReconcilerError):
        from_json(text, {})
