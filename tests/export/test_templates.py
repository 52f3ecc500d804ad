"""Many users' sets become one template, and what is one user's stays that user's."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.export.common_template import template_of
from reconciler.export.connected import components
from reconciler.export.documents import Part
from reconciler.export.naming import Names, is_identifier


def parts(**bodies: dict[str, Any]) -> dict[str, Part]:
    """User to a part with one agent."""
    made = {}
    for user, body in bodies.items():
        part = Part()
        part.put("agent", "coach", body)
        made[user] = part
    return made


def test_what_all_have_alike_is_the_template() -> None:
    made = template_of(parts(ada={"model": "a", "tags": ["x"]}, ben={"model": "a", "tags": ["x"]}))

    assert made.part.bodies == {"agent": {"coach": {"model": "a", "tags": ["x"]}}}
    assert made.overrides == {"ada": {}, "ben": {}}


def test_the_many_are_the_template_and_the_few_differ() -> None:
    made = template_of(parts(ada={"model": "a"}, ben={"model": "b"}, cleo={"model": "a"}))

    assert made.part.bodies["agent"]["coach"] == {"model": "a"}
    assert made.overrides["ben"] == {"agents": {"coach": {"model": "b"}}}


def test_what_one_user_learned_is_nobody_elses_seed() -> None:
    def body(name: str) -> dict[str, Any]:
        return {"model": "a", "memory_blocks": {"human": {"value": name, "limit": 5}}}

    made = template_of(parts(ada=body("Ada"), ben=body("Ben")))

    assert made.part.bodies["agent"]["coach"]["memory_blocks"] == {"human": {"limit": 5}}
    assert made.overrides["ada"]["agents"]["coach"] == {"memory_blocks": {"human": {"value": "Ada"}}}


def test_a_field_some_lack_is_not_in_the_template() -> None:
    made = template_of(parts(ada={"model": "a", "description": "d"}, ben={"model": "a"}))

    assert "description" not in made.part.bodies["agent"]["coach"]
    assert made.overrides == {"ada": {"agents": {"coach": {"description": "d"}}}, "ben": {}}


def test_a_template_always_has_what_it_cannot_do_without() -> None:
    made = template_of(parts(ada={"model": "a"}, ben={"model": "b"}))

    assert made.part.bodies["agent"]["coach"] == {"model": "a"}


def test_who_lacks_a_resource_is_told() -> None:
    users = {**parts(ada={"model": "a"}), "ben": Part()}

    assert template_of(users).lacking == [("ben", "agent", "coach")]


def test_things_that_are_linked_belong_together() -> None:
    assert components(["a", "b", "c", "d"], [["a", "c"], ["c", "d"], ["x", "b"]]) == [["a", "c", "d"], ["b"]]


@pytest.mark.parametrize(
    ("wanted", "given"), [("Ada's coach", "Ada-s-coach"), ("東京", "agent"), ("x" * 90, "x" * 57)]
)
def test_any_name_becomes_an_identifier_once(wanted: str, given: str) -> None:
    names = Names()

    assert names.give(wanted, "agent") == given
    assert names.give(wanted, "agent") == f"{given}-2"
    assert is_identifier(given)
