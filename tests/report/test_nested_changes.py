"""JSON documents of which a part moves: a plan names the places, and shows no two dumps."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.plan.model import Action
from reconciler.report.plan.fields import changed_fields
from reconciler.report.text.lines import plain
from reconciler.report.text.nested_diff import is_compared_by_place, places
from reconciler.report.text.shortened import BRIEF, FULL, Caps
from tests.report.conftest import change, moved

AGENT = "pattern/42/agent/flux"
RULES = [
    {"type": "run_first", "tool_name": "recall"},
    {"type": "exit_loop", "tool_name": "send_message"},
    {"type": "max_count_per_step", "tool_name": "web_search", "max_count_limit": 3},
]
SCHEMA = {
    "type": "json_schema",
    "json_schema": {
        "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
        "required": ["name"],
    },
}


def shown(path: str, live: Any, desired: Any, caps: Caps = BRIEF) -> str:
    return plain(changed_fields(change(AGENT, Action.UPDATE, moved(path, live, desired)), caps))


def test_one_setting_of_a_rule() -> None:
    after = [*RULES[:2], {**RULES[2], "max_count_limit": 5}]
    assert shown("tool_rules", RULES, after) == (
        "tool_rules  differs in 1 place\n              ~ [2].max_count_limit: 3 -> 5\n"
    )


def test_a_rule_in_the_middle_that_went() -> None:
    assert shown("tool_rules", RULES, [RULES[0], RULES[2]]) == (
        "tool_rules  differs in 1 place\n"
        '              - [1]: {"type": "exit_loop", "tool_name": "send_message"}\n'
    )


def test_what_came_went_and_changed_is_told_by_path() -> None:
    after = {
        "type": "json_schema",
        "json_schema": {
            "properties": {"name": {"type": "integer"}, "first name": {}},
            "required": ["name", "age"],
        },
    }
    text = shown("response_format", SCHEMA, after)
    assert "differs in 4 places\n" in text
    for said in (
        '- json_schema.properties.age: {"type": "integer"}',
        '+ json_schema.properties["first name"]: {}',
        '~ json_schema.properties.name.type: "string" -> "integer"',
        '+ json_schema.required[1]: "age"',
    ):
        assert f"  {said}\n" in text


def test_short_ones_stand_on_one_line() -> None:
    assert shown("response_format", {"type": "text"}, {"type": "json"}) == (
        'response_format  {"type": "text"} -> {"type": "json"}\n'
    )


def test_more_places_than_a_page_holds_are_counted() -> None:
    before = {f"key{number:02}": "x" * 10 for number in range(40)}
    after = dict.fromkeys(before, "y" * 10)
    text = shown("metadata", before, after)
    assert f"{40 - BRIEF.diff_lines} more places" in text
    assert "more places" not in shown("metadata", before, after, FULL)


def test_text_of_a_server_is_escaped() -> None:
    before = {"a\x1b[2J": "x" * 60, "b": "y" * 60}
    text = shown("metadata", before, {"a\x1b[2J": "\x1b]0;title\x07", "b": "y" * 60})
    assert "\x1b" not in text
    assert "\x07" not in text


def test_documents_without_bounds_are_not_compared_by_place() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert not is_compared_by_place(deep, [])
    assert not is_compared_by_place([], ["x" * 30_000])
    assert not is_compared_by_place({}, [])


def test_a_rule_that_comes_first_now_moved() -> None:
    text = shown("tool_rules", RULES, [RULES[2], RULES[0], RULES[1]])
    assert text == "tool_rules  differs in 1 place\n              ~ (all): in another order\n"


def test_a_rule_in_between_makes_no_other_rule_a_place() -> None:
    more = {"type": "conditional", "tool_name": "recall", "child_output_mapping": {}}
    assert [(each.sign, each.path) for each in places(RULES, [RULES[0], more, *RULES[1:]])] == [("+", (1,))]


LEAVES = st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab[].'\"\\", max_size=3)
DOCUMENTS = st.dictionaries(
    st.text("ab[].'\"\\", max_size=3),
    st.recursive(
        LEAVES,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text("ab.'", max_size=2), inner, max_size=3)
        ),
        max_leaves=6,
    ),
    max_size=4,
)


@given(DOCUMENTS, DOCUMENTS)
def test_the_same_has_no_place_and_another_has_one(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert places(old, old) == []
    assert bool(places(old, new)) == (json.dumps(old, sort_keys=True) != json.dumps(new, sort_keys=True))
    for place in places(old, new):
        assert place.sign in "+-~>"
